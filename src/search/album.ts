import { rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CAPACITY, Gallery } from '../appearance/gallery.ts';
import { PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH, PatchCutter } from '../appearance/patches.ts';
import { hasEmbedding, visiblePart } from '../appearance/reid.ts';
import type { AppearanceModel } from '../appearance/siamese.ts';
import { inputError } from '../core/errors.ts';
import type { Detections } from '../detection/index.ts';
import { runAtExit } from '../files/at-exit.ts';
import { writeError } from '../files/file-errors.ts';
import { temporaryPath } from '../files/temporary.ts';
import type { Track } from '../tracking/index.ts';
import type { WholeTrajectory } from '../trajectories/index.ts';
import { jpegArguments } from '../video/encode-stills.ts';
import { exitReason, type FfmpegProcess, findFfmpeg, lastError, startFfmpeg } from '../video/ffmpeg.ts';
import type { Frame } from '../video/index.ts';
import { INDEX, type PatchIndex } from './index-file.ts';

/** What an album needs to know of the run. */
export interface AlbumOptions {
  /** Name of the video, as it stands in the index. */
  readonly source: string;
  readonly model: Pick<AppearanceModel, 'name' | 'sha256' | 'dimensions'>;
  /** ffmpeg's name of the YUV matrix of the frames. */
  readonly colourSpace?: string | undefined;
}

/** The best patches of one track so far: row i of each is the gallery's row i. */
interface Page {
  /** When the track was first seen confirmed. */
  from?: number;
  readonly gallery: Gallery;
  readonly patches: Uint8Array;
  readonly moments: { frame: number; time: number; box: [number, number, number, number] }[];
}

/**
 * The best patches of each trajectory with their embeddings, for `twintrack search`: a folder of JPEG pictures and an index, which gets
 * its name when it is complete. The patches of tracks that have not ended are in memory, those of ended ones in the folder.
 */
export class PatchAlbum {
  private readonly path: string;
  private readonly temporary: string;
  private readonly options: AlbumOptions;
  private readonly encoder: FfmpegProcess;
  private readonly cutter: PatchCutter;
  private readonly pages = new Map<Track, Page>();
  private trajectories: PatchIndex['trajectories'] = [];
  private kept: readonly WholeTrajectory[] | undefined;
  private pictures = 0;
  private readonly forget: () => void;

  /**
   * @param path the folder; one that an earlier run has made is replaced in the end
   * @throws TwintrackError when it cannot be written there
   */
  static async create(path: string, options: AlbumOptions): Promise<PatchAlbum> {
    const there = await readdir(path).catch((): string[] => []);
    if (there.length > 0 && !there.includes(INDEX))
      throw inputError(
        path,
        'a folder of something else has this name',
        'move it away or choose another output folder',
      );
    const ffmpeg = await findFfmpeg();
    const temporary = temporaryPath(path, 'patches');
    try {
      await mkdir(temporary);
    } catch (cause) {
      throw writeError(path, cause);
    }
    const patches = { width: PATCH_WIDTH, height: PATCH_HEIGHT, format: 'rgbPlanes' } as const;
    const pattern = `file:${join(temporary.replaceAll('%', '%%'), '%06d.jpg')}`;
    const encoder = startFfmpeg(ffmpeg, [...jpegArguments(patches, { quality: 2 }), '-f', 'image2', pattern], {
      stdin: true,
    });
    return new PatchAlbum(path, temporary, options, encoder);
  }

  private constructor(path: string, temporary: string, options: AlbumOptions, encoder: FfmpegProcess) {
    this.path = path;
    this.temporary = temporary;
    this.options = options;
    this.encoder = encoder;
    this.cutter = new PatchCutter(options.colourSpace);
    this.forget = runAtExit(() => rmSync(temporary, { recursive: true, force: true }));
  }

  /**
   * Takes what the next frame shows of each track.
   *
   * @param frame with pixels that have not been drawn on
   * @throws TwintrackError when the encoder has failed
   */
  async add(frame: Frame, detections: Detections, tracks: readonly Track[]): Promise<void> {
    for (const track of tracks) {
      if (track.state === 'confirmed') this.page(track).from ??= frame.time;
      if (track.detection >= 0) this.observe(track, frame, detections);
      if (track.state !== 'ended') continue;
      await this.finish(track);
    }
  }

  /** Of the tracks only those that went into these trajectories stay, as one page a trajectory. */
  keep(trajectories: readonly WholeTrajectory[]): void {
    this.kept = trajectories;
  }

  /** Completes the folder and gives it its name. */
  async close(): Promise<void> {
    try {
      for (const track of [...this.pages.keys()]) await this.finish(track);
      this.encoder.stdin!.end();
      const exit = await this.encoder.exited;
      if (this.pictures > 0 && exit.code !== 0) throw new Error(lastError(this.encoder.log) || exitReason(exit));
      if (this.kept) await this.bind(this.kept);
      const { source, model } = this.options;
      const { name, sha256, dimensions } = model;
      const trajectories = this.trajectories.sort((a, b) => a.id - b.id);
      const about = { source, model: { name, sha256, dimensions } };
      const index: PatchIndex = { schema: 'twintrack/patches', version: 1, ...about, trajectories };
      await writeFile(join(this.temporary, INDEX), `${JSON.stringify(index)}\n`);
      await rm(this.path, { recursive: true, force: true });
      await rename(this.temporary, this.path);
      this.forget();
    } catch (cause) {
      await this.abort();
      throw writeError(this.path, cause);
    }
  }

  /** Removes what there is of it. */
  async abort(): Promise<void> {
    this.encoder.kill();
    await this.encoder.exited;
    await rm(this.temporary, { recursive: true, force: true });
    this.forget();
  }

  /** Gathers the best patches of each trajectory from its pieces, and removes the pictures that are left over. */
  private async bind(kept: readonly WholeTrajectory[]): Promise<void> {
    const tracks = new Map(this.trajectories.map(({ id, patches }) => [id, patches]));
    this.trajectories = kept.flatMap(({ id, pieces, times }) => {
      const patches = pieces.flatMap((piece) => tracks.get(piece) ?? []).sort((a, b) => b.quality - a.quality);
      if (patches.length === 0) return [];
      return [{ id, from: times[0], to: times[times.length - 1], patches: patches.slice(0, CAPACITY) }];
    });
    const files = new Set(this.trajectories.flatMap(({ patches }) => patches.map(({ file }) => file)));
    for (const { file } of [...tracks.values()].flat()) if (!files.has(file)) await rm(join(this.temporary, file));
  }

  private observe(track: Track, { pixels, width, height, index, time }: Frame, detections: Detections): void {
    const { embeddings, boxes, scores, length } = detections;
    const { dimensions } = this.options.model;
    const j = track.detection;
    if (!pixels || !embeddings || !hasEmbedding(embeddings, j, { dimensions })) return;
    const page = this.page(track);
    const row = page.gallery.add(embeddings, j, scores[j] * visiblePart(boxes, length, j), time);
    if (row < 0) return;
    this.cutter.cut({ pixels, width, height }, boxes, j, page.patches, row);
    const [x, y, w, h] = boxes.subarray(4 * j, 4 * j + 4);
    page.moments[row] = { frame: index, time, box: [x, y, w, h] };
  }

  private page(track: Track): Page {
    let page = this.pages.get(track);
    if (!page) {
      const gallery = new Gallery(this.options.model.dimensions, Number.POSITIVE_INFINITY);
      page = { gallery, patches: new Uint8Array(CAPACITY * PATCH_BYTES), moments: [] };
      this.pages.set(track, page);
    }
    return page;
  }

  /** Writes the patches of a track that was confirmed, best first. */
  private async finish(track: Track): Promise<void> {
    const page = this.pages.get(track);
    this.pages.delete(track);
    if (page?.from === undefined || page.moments.length === 0) return;
    const { gallery, moments, from } = page;
    const { dimensions } = this.options.model;
    const rows = moments.map((_, row) => row).sort((a, b) => gallery.qualities[b] - gallery.qualities[a]);
    const patches = [];
    for (const row of rows) {
      await this.encode(page.patches.subarray(row * PATCH_BYTES, (row + 1) * PATCH_BYTES));
      patches.push({
        file: `${String(this.pictures).padStart(6, '0')}.jpg`,
        ...moments[row],
        quality: short(gallery.qualities[row]),
        embedding: Array.from(gallery.embeddings.subarray(row * dimensions, (row + 1) * dimensions), short),
      });
    }
    this.trajectories.push({ id: track.id, from, to: track.lastTime, patches });
  }

  private async encode(patch: Uint8Array): Promise<void> {
    const written = await new Promise<boolean>((resolve) =>
      this.encoder.stdin!.write(patch, (error) => resolve(!error)),
    );
    if (!written) throw writeError(this.path, new Error(lastError(this.encoder.log) || 'ffmpeg has ended'));
    this.pictures++;
  }
}

function short(value: number): number {
  return Number(value.toPrecision(6));
}
