import { CAPACITY, Gallery } from '../appearance/gallery.ts';
import { PATCH_BYTES } from '../appearance/patches.ts';
import { hasEmbedding, visiblePart } from '../appearance/reid.ts';
import type { AppearanceModel } from '../appearance/siamese.ts';
import type { Detections } from '../detection/index.ts';
import { writeError } from '../files/file-errors.ts';
import { OutputFile } from '../files/output-file.ts';
import type { Track } from '../tracking/index.ts';
import type { WholeTrajectory } from '../trajectories/index.ts';
import type { Frame } from '../video/index.ts';
import type { EmbeddingIndex } from './index-file.ts';
import { PatchPictures } from './patch-pictures.ts';

/** What an album needs to know of the run. */
export interface AlbumOptions {
  /** Name of the video, as it stands in the index. */
  readonly source: string;
  readonly model: Pick<AppearanceModel, 'name' | 'sha256' | 'dimensions'>;
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
      const patches = pieces.flatMap((piece) => tracks.get(piece) ?? []).sort((a, b) => b.quality - a.quality);
      if (patches.length === 0) return [];
      return [{ id, from: times[0], to: times[times.length - 1], patches: patches.slice(0, CAPACITY) }];
    });
    const files = new Set(this.trajectories.flatMap(({ patches }) => patches.map(({ file }) => file)));
    for (const { file } of [...tracks.values()].flat())
      if (file !== undefined && !files.has(file)) await this.pictures?.remove(file);
  }

  private observe(track: Track, { pixels, width, height, index, time }: Frame, detections: Detections): void {
    const { embeddings, boxes, scores, length } = detections;
    const { dimensions } = this.options.model;
    const j = track.detection;
    if (!embeddings || !hasEmbedding(embeddings, j, { dimensions })) return;
    if (this.pictures && !pixels) return;
    const page = this.page(track);
    const row = page.gallery.add(embeddings, j, scores[j] * visiblePart(boxes, length, j), time);
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
    const rows = moments.map((_, row) => row).sort((a, b) => gallery.qualities[b] - gallery.qualities[a]);
    const patches = [];
    for (const row of rows) {
      const file = await this.pictures?.add(page.patches.subarray(row * PATCH_BYTES, (row + 1) * PATCH_BYTES));
      patches.push({
        ...(file !== undefined && { file }),
        ...moments[row],
        quality: short(gallery.qualities[row]),
        embedding: Array.from(gallery.embeddings.subarray(row * dimensions, (row + 1) * dimensions), short),
      });
    }
    this.trajectories.push({ id: track.id, from, to: track.lastTime, patches });
  }
}

function short(value: number): number {
  return Number(value.toPrecision(6));
}
