import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { inputError } from '../../core/errors.ts';
import { HiddenViews } from '../../report/best-views.ts';
import { THUMBNAIL_BYTES } from '../../report/page-parts.ts';
import { takePictures } from '../../report/pictures.ts';
import { isPatches, PATCHES_ENDING, readPatchIndex } from '../../search/index-file.ts';
import { findVideo, streamTrajectories } from '../../trajectories/index.ts';
import { readingOf } from '../../video/parameters.ts';
import { shownSize } from '../../video/shown-size.ts';
import { piecesOf, rowsOf } from './own-pieces.ts';
import type { ReportCamera, SiteData, SitePerson } from './site-data.ts';

/** The pictures of people, as JPEG, by person and camera. */
export type Crops = ReadonlyMap<SitePerson, ReadonlyMap<ReportCamera, Buffer>>;

/** Settings of {@link takeCrops}. */
export interface CropOptions {
  /** Folder of the cameras' videos; default: they are looked for beside the trajectories. */
  readonly videos?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onFrame?: ((frames: number, total: number, camera: string) => void) | undefined;
}

/**
 * A picture of each person from each camera: the best patch that was saved; else one cut out of the video, where it is there. None of
 * cameras that are anonymised.
 *
 * @throws TwintrackError when patches or a video are there and cannot be read
 */
export async function takeCrops({ cameras, people }: SiteData, options: CropOptions): Promise<Crops> {
  const crops = new Map<SitePerson, Map<ReportCamera, Buffer>>(people.map((person) => [person, new Map()]));
  for (const camera of cameras) {
    if (!camera.header || camera.header.anonymized) continue;
    const patches = patchesOf(camera);
    const video = videoOf(camera, options.videos);
    const taken = isPatches(patches)
      ? await bestPatches(patches, camera, people)
      : video !== undefined && camera.picture
        ? await fromVideo(video, camera, people, options)
        : [];
    for (const [person, jpeg] of taken) crops.get(person)!.set(camera, jpeg);
  }
  return withinBudget(crops, cameras);
}

/** Files that pictures may be taken of. */
export function pictureSources(cameras: readonly ReportCamera[], videos: string | undefined): string[] {
  return cameras.flatMap((camera) => videoOf(camera, videos) ?? []);
}

function patchesOf({ file }: ReportCamera): string {
  return file.replace(/\.trajectories\.json$/, PATCHES_ENDING);
}

/** @throws TwintrackError when the folder of the videos does not exist */
function videoOf({ file, header }: ReportCamera, videos: string | undefined): string | undefined {
  if (!header) return undefined;
  if (videos === undefined) return findVideo(file, header);
  if (!existsSync(videos)) throw inputError(videos, 'does not exist', 'name the folder of the videos of the cameras');
  const video = join(videos, basename(header.source.name));
  return existsSync(video) ? video : undefined;
}

async function bestPatches(
  folder: string,
  camera: ReportCamera,
  people: readonly SitePerson[],
): Promise<[SitePerson, Buffer][]> {
  const pieces = piecesOf(camera, people);
  const best = new Map<SitePerson, { file: string; quality: number }>();
  for (const { id, patches } of (await readPatchIndex(folder)).trajectories) {
    for (const { person, from, to } of pieces.get(id) ?? [])
      for (const patch of patches)
        if (
          patch.time >= from &&
          patch.time <= to &&
          patch.quality > (best.get(person)?.quality ?? Number.NEGATIVE_INFINITY)
        )
          best.set(person, patch);
  }
  const pictures: [SitePerson, Buffer][] = [];
  for (const [person, { file }] of best) {
    const path = join(folder, file);
    if (existsSync(path)) pictures.push([person, await readFile(path)]);
  }
  return pictures;
}

async function fromVideo(
  video: string,
  camera: ReportCamera,
  people: readonly SitePerson[],
  options: CropOptions,
): Promise<[SitePerson, Buffer][]> {
  const picture = camera.picture!;
  const { source, parameters } = camera.header!;
  const seen = people.flatMap((person) => {
    const views = person.views.get(camera);
    return views ? [{ person, id: person.id, views }] : [];
  });
  if (seen.length === 0) return [];
  const pieces = piecesOf(camera, people);
  const hidden = new HiddenViews(seen);
  for await (const trajectory of streamTrajectories(camera.file)) {
    options.signal?.throwIfAborted();
    const own = pieces.get(trajectory.id);
    if (!own) hidden.add({ ...trajectory, id: 0 });
    for (const piece of own ?? []) {
      const rows = rowsOf(trajectory, piece);
      if (rows) hidden.add({ ...rows, id: piece.person.id });
    }
  }
  const shown = shownSize(picture, source.sampleAspectRatio);
  const { signal, onFrame } = options;
  const { thumbnails } = await takePictures(
    video,
    seen,
    { picture, shown },
    {
      ...{ reading: readingOf(parameters), signal },
      ...(onFrame && { onFrame: (frames: number, total: number) => onFrame(frames, total, camera.name) }),
    },
  );
  return seen.flatMap(({ person, id }) => {
    const jpeg = thumbnails.get(id);
    return jpeg ? [[person, jpeg] as [SitePerson, Buffer]] : [];
  });
}

/** Leaves out what is too much for the page: rather the second picture of a person than the first one of another. */
function withinBudget(crops: Crops, cameras: readonly ReportCamera[]): Crops {
  const kept = new Map<SitePerson, Map<ReportCamera, Buffer>>();
  let bytes = 0;
  for (let turn = 0; turn < cameras.length; turn++)
    for (const [person, pictures] of crops) {
      const next = [...pictures][turn];
      if (!next) continue;
      bytes += (next[1].length * 4) / 3;
      if (bytes > THUMBNAIL_BYTES) return kept;
      kept.set(person, (kept.get(person) ?? new Map()).set(...next));
    }
  return kept;
}
