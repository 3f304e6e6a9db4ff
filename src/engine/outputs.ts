import { join } from 'node:path';
import { resolveAreas } from '../analytics/areas.ts';
import { Annotator } from '../annotation/index.ts';
import { messageOf } from '../core/errors.ts';
import type { Notice } from '../core/notices.ts';
import { makeFolder } from '../files/make-folder.ts';
import { type AlbumOptions, PatchAlbum } from '../search/album.ts';
import { EMBEDDINGS_ENDING, PATCHES_ENDING } from '../search/index-file.ts';
import { openJsonSink, openMotSink, type RunDescription, type TrajectorySink } from '../trajectories/index.ts';
import { openVideoWriter, type VideoInfo } from '../video/index.ts';
import { Drawing } from './drawing.ts';
import type { Parameters } from './parameters.ts';

/** Paths of the files that a run has written. */
export interface OutputFiles {
  trajectories?: string;
  mot?: string;
  annotated?: string;
  patches?: string;
  embeddings?: string;
}

/** What to write, and where. */
export interface OutputOptions {
  /** Folder for the files; made when missing. */
  readonly out: string;
  /** What the files' names begin with. */
  readonly name: string;
  readonly video: Pick<VideoInfo, 'width' | 'height' | 'frameRate' | 'colourSpace' | 'sampleAspectRatio'>;
  readonly run: RunDescription;
  /** What is wrong or doubtful; it grows until the files are closed. */
  readonly notices?: readonly Notice[] | undefined;
  readonly annotate: boolean;
  readonly anonymize: boolean;
  readonly parameters: Parameters;
  /** What computes the embeddings to save; undefined to save none. */
  readonly appearance?: AlbumOptions['model'] | undefined;
  /** Whether they are saved with their patches, or alone. */
  readonly album?: 'patches' | 'embeddings' | undefined;
}

/** Paths of the files that a run is to write. */
export function pathsOf({
  out,
  name,
  annotate,
  album,
}: Pick<OutputOptions, 'out' | 'name' | 'annotate' | 'album'>): OutputFiles & { trajectories: string; mot: string } {
  const path = (ending: string) => join(out, `${name}${ending}`);
  return {
    trajectories: path('.trajectories.json'),
    mot: path('.mot.txt'),
    ...(album === 'patches' && { patches: path(PATCHES_ENDING) }),
    ...(album === 'embeddings' && { embeddings: path(EMBEDDINGS_ENDING) }),
    ...(annotate && { annotated: path('.annotated.mp4') }),
  };
}

interface Output {
  readonly kind: keyof OutputFiles;
  readonly path: string;
  close(reason?: string): Promise<void>;
  abort(): Promise<void>;
}

/** The files of a run. Each appears under its name when it is complete, and not before. */
export class Outputs {
  readonly sinks: TrajectorySink[] = [];
  drawing: Drawing | undefined;
  album: PatchAlbum | undefined;
  #open: Output[] = [];
  readonly #files: OutputFiles = {};
  readonly #failures: unknown[] = [];

  /** @throws TwintrackError when one of them cannot be written; none is left then */
  static async open(options: OutputOptions): Promise<Outputs> {
    const outputs = new Outputs();
    try {
      await outputs.#create(options);
      return outputs;
    } catch (error) {
      await outputs.abort();
      throw error;
    }
  }

  async #create(options: OutputOptions): Promise<void> {
    const { out, video, run, notices, anonymize, parameters, appearance, album } = options;
    const { width, height, colourSpace } = video;
    const areas = resolveAreas(parameters, width > 0 ? { width, height } : undefined);
    await makeFolder(out);
    const paths = pathsOf(options);
    const add = <T extends Omit<Output, 'kind' | 'path'>>(kind: Output['kind'], path: string, output: T): T => {
      this.#open.push({ kind, path, close: (reason) => output.close(reason), abort: () => output.abort() });
      return output;
    };
    this.sinks.push(add('trajectories', paths.trajectories, await openJsonSink(paths.trajectories, run, notices)));
    this.sinks.push(add('mot', paths.mot, await openMotSink(paths.mot)));
    const { annotated, patches, embeddings = patches } = paths;
    if (appearance && album && embeddings !== undefined) {
      const about = { source: run.source.name, model: appearance, colourSpace, pictures: patches !== undefined };
      this.album = add(album, embeddings, await PatchAlbum.create(embeddings, about));
    }
    if (annotated === undefined) return;
    const { calibration } = parameters;
    const ground = calibration && new (await import('../analytics/ground.ts')).GroundPlane(calibration);
    const annotator = new Annotator({ width, height, anonymize, areas, ground, ...parameters.annotation });
    const writer = await openVideoWriter(annotated, video);
    this.drawing = new Drawing(annotator, add('annotated', annotated, writer), anonymize);
  }

  /**
   * Completes the files of trajectories, before `close` does so with the video.
   *
   * @param interruption what ended the run before its source did
   */
  async closeTrajectories(interruption: unknown): Promise<void> {
    const annotated = this.#open.filter(({ kind }) => kind === 'annotated');
    this.#open = this.#open.filter(({ kind }) => kind !== 'annotated');
    await this.#complete(interruption);
    this.#open = annotated;
  }

  /**
   * Completes each file, whatever becomes of the others.
   *
   * @param interruption what ended the run before its source did
   * @returns the files that are complete, and the first failure
   */
  async close(interruption: unknown): Promise<{ files: OutputFiles; failure?: unknown }> {
    await this.#complete(interruption);
    const failures = this.#failures;
    return { files: this.#files, ...(failures.length > 0 && { failure: failures[0] }) };
  }

  async #complete(interruption: unknown): Promise<void> {
    const reason = interruption === undefined ? undefined : messageOf(interruption);
    for (const { kind, path, close } of this.#open) {
      try {
        await close(reason);
        this.#files[kind] = path;
      } catch (error) {
        this.#failures.push(error);
      }
    }
    this.#open = [];
  }

  /** Removes all that is not complete. */
  async abort(): Promise<void> {
    await Promise.allSettled(this.#open.map((output) => output.abort()));
  }
}
