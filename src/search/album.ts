import type { AppearanceModel } from '../appearance/appearance-model.ts';
import { type CalibratedSimilarity, meanLogOdds, sameProbability, verdictOf } from '../appearance/calibration.ts';
import { CAPACITY, Gallery } from '../appearance/gallery.ts';
import { PATCH_BYTES } from '../appearance/patches.ts';
import { hasEmbedding, showsOnePerson, visiblePart } from '../appearance/reid.ts';
import type { Detections } from '../detection/index.ts';
import { writeError } from '../files/file-errors.ts';
import { OutputFile } from '../files/output-file.ts';
import type { Track } from '../tracking/index.ts';
import type { WholeTrajectory } from '../trajectories/index.ts';
import type { Frame } from '../video/index.ts';
import type { EmbeddingIndex } from './index-file.ts';
import { PatchPictures } from './patch-pictures.ts';

/** What the quality of a patch is multiplied by where it may show another person. */
const DOUBTFUL = 0.1;

/** What an album needs to know of the run. */
export interface AlbumOptions {
  /** Name of the video, as it stands in the index. */
  readonly source: string;
  readonly model: CalibratedSimilarity & Pick<AppearanceModel, 'name' | 'sha256'>;
  /** ffmpeg's name of the YUV matrix of the frames. */
  readonly colourSpace?: string | undefined;
  /** Whether the patches are saved as pictures, in a folder; else the index alone, as a file. Default true. */
  readonly pictures?: boolean;
}

/** The best patches of one track so far: row i of each is the gallery's row i. */
interface Page {
  /** When the track was first seen confirmed. */
  from?: number;
  readonly gallery: Gallery;
  /** Empty without pictures. */
  readonly patches: Uint8Array;
  readonly moments: { frame: number; time: number; box: [number, number, number, number] }[];
}

type Patch = EmbeddingIndex['trajectories'][number]['patches'][number];

/**
 * The embeddings of the best patches of each trajectory, with their pictures for `twintrack search`: a folder of JPEG pictures and an
 * index; or the index alone. It gets its name when it is complete. The patches of tracks that have not ended are in memory, the pictures
 * of ended ones in the folder.
 */
export class PatchAlbum {
  private readonly path: string;
  private readonly options: AlbumOptions;
  private readonly pictures: PatchPictures | undefined;
  private readonly pages = new Map<Track, Page>();
  private trajectories: EmbeddingIndex['trajectories'] = [];
  private kept: readonly WholeTrajectory[] | undefined;

  /**
   * @param path the folder, or the file of an album without pictures; what an earlier run has made is replaced in the end
   * @throws TwintrackError when it cannot be written there
   */
  static async create(path: string, options: AlbumOptions): Promise<PatchAlbum> {
    const { pictures = true, colourSpace } = options;
    return new PatchAlbum(path, options, pictures ? await PatchPictures.create(path, colourSpace) : undefined);
  }

  private constructor(path: string, options: AlbumOptions, pictures: PatchPictures | undefined) {
    this.path = path;
    this.options = options;
    this.pictures = pictures;
  }

  /**
   * Takes what the next frame shows of each track.
   *
   * @param frame for pictures with pixels that have not been drawn on
   * @throws TwintrackError when the encoder has failed
   */
  async add(frame: Frame, detections: Detections, tracks: readonly Track[]): Promise<void> {
    const lost = tracks.filter(({ detection, state }) => detection < 0 && state !== 'ended');
    for (const track of tracks) {
      if (track.state === 'confirmed') this.page(track).from ??= frame.time;
      if (track.detection >= 0) this.observe(track, frame, detections, lost);
      if (track.state !== 'ended') continue;
      await this.finish(track);
    }
  }

  /** Of the tracks only those that went into these trajectories stay, as one page a trajectory. */
  keep(trajectories: readonly WholeTrajectory[]): void {
    this.kept = trajectories;
  }

  /** Completes the folder or file and gives it its name. */
  async close(): Promise<void> {
    try {
      for (const track of [...this.pages.keys()]) await this.finish(track);
      await this.pictures?.end();
      if (this.kept) await this.bind(this.kept);
      const { source, model } = this.options;
      const { name, sha256, dimensions } = model;
      const trajectories = this.trajectories.sort((a, b) => a.id - b.id);
      const about = { source, model: { name, sha256, dimensions } };
      const index: EmbeddingIndex = { schema: 'twintrack/patches', version: 1, ...about, trajectories };
      const text = `${JSON.stringify(index)}\n`;
      if (this.pictures) await this.pictures.commit(text);
      else await OutputFile.put(this.path, text);
    } catch (cause) {
      await this.abort();
      throw writeError(this.path, cause);
    }
  }

  /** Removes what there is of it. */
  async abort(): Promise<void> {
    await this.pictures?.abort();
  }

  /** Gathers the best patches of each trajectory from its pieces, and removes the pictures that are left over. */
  private async bind(kept: readonly WholeTrajectory[]): Promise<void> {
    const tracks = new Map(this.trajectories.map(({ id, patches }) => [id, patches]));
    this.trajectories = kept.flatMap(({ id, pieces, times }) => {
      const all = pieces.flatMap((piece) => tracks.get(piece) ?? []).sort((a, b) => b.quality - a.quality);
      if (all.length === 0) return [];
      const patches = this.ofOnePerson(all).slice(0, CAPACITY);
      return [{ id, from: times[0], to: times[times.length - 1], patches }];
    });
    const files = new Set(this.trajectories.flatMap(({ patches }) => patches.map(({ file }) => file)));
    for (const { file } of [...tracks.values()].flat())
      if (file !== undefined && !files.has(file)) await this.pictures?.remove(file);
  }

  private observe(
    track: Track,
    { pixels, width, height, index, time }: Frame,
    detections: Detections,
    lost: readonly Track[],
  ): void {
    const { embeddings, boxes, scores, length } = detections;
    const { dimensions } = this.options.model;
    const j = track.detection;
    if (!embeddings || !hasEmbedding(embeddings, j, { dimensions })) return;
    if (this.pictures && !pixels) return;
    const page = this.page(track);
    const quality = scores[j] * visiblePart(boxes, length, j) * (showsOnePerson(detections, j, lost) ? 1 : DOUBTFUL);
    const row = page.gallery.add(embeddings, j, quality, time);
    if (row < 0) return;
    if (pixels) this.pictures?.cutter.cut({ pixels, width, height }, boxes, j, page.patches, row);
    const [x, y, w, h] = boxes.subarray(4 * j, 4 * j + 4);
    page.moments[row] = { frame: index, time, box: [x, y, w, h] };
  }

  private page(track: Track): Page {
    let page = this.pages.get(track);
    if (!page) {
      const gallery = new Gallery(this.options.model.dimensions, Number.POSITIVE_INFINITY);
      page = { gallery, patches: new Uint8Array(this.pictures ? CAPACITY * PATCH_BYTES : 0), moments: [] };
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
    const patches = moments.map((moment, row) => ({
      row,
      ...moment,
      quality: short(gallery.qualities[row]),
      embedding: Array.from(gallery.embeddings.subarray(row * dimensions, (row + 1) * dimensions), short),
    }));
    const kept: Patch[] = [];
    for (const { row, ...patch } of this.ofOnePerson(patches.sort((a, b) => b.quality - a.quality))) {
      const file = await this.pictures?.add(page.patches.subarray(row * PATCH_BYTES, (row + 1) * PATCH_BYTES));
      kept.push({ ...(file !== undefined && { file }), ...patch });
    }
    this.trajectories.push({ id: track.id, from, to: track.lastTime, patches: kept });
  }

  /**
   * Those patches that show the person of the medoid, the patch most like all others: a track may have taken another for a while. Doubtful
   * ones only where there is no other.
   */
  private ofOnePerson<P extends Pick<Patch, 'embedding' | 'quality'>>(all: readonly P[]): readonly P[] {
    const { model } = this.options;
    const clear = all.filter(({ quality }) => quality >= DOUBTFUL);
    const patches = clear.length > 0 ? clear : all;
    const embeddings = patches.map(({ embedding }) => Float32Array.from(embedding));
    const compared = embeddings.map((a) => embeddings.map((b) => meanLogOdds(model, a, b)));
    const likeness = compared.map((row) => row.reduce((sum, value) => sum + value, 0));
    const medoid = compared[likeness.indexOf(Math.max(...likeness))];
    const context = { cameras: 'one' } as const;
    return patches.filter((_, i) => verdictOf(sameProbability(model.calibration, medoid[i], context)) !== 'different');
  }
}

function short(value: number): number {
  return Number(value.toPrecision(6));
}
