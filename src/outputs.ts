import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Annotator } from './annotation/index.ts';
import { inputError } from './errors.ts';
import type { Parameters } from './parameters.ts';
import type { PipelineAnnotation } from './pipeline.ts';
import { openJsonSink, openMotSink, type RunDescription, type TrajectorySink } from './trajectories/index.ts';
import { openVideoWriter, type VideoInfo } from './video/index.ts';

/** Paths of the files that a run has written. */
export interface OutputFiles {
  trajectories?: string;
  mot?: string;
  annotated?: string;
}

/** What to write, and where. */
export interface OutputOptions {
  /** Folder for the files; made when missing. */
  readonly out: string;
  /** What the files' names begin with. */
  readonly name: string;
  readonly video: Pick<VideoInfo, 'width' | 'height' | 'frameRate' | 'colourSpace'>;
  readonly run: RunDescription;
  readonly annotate: boolean;
  readonly anonymize: boolean;
  readonly parameters: Parameters;
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
  annotation: PipelineAnnotation | undefined;
  readonly #all: Output[] = [];

  /** @throws TwintrackError when one of them cannot be written; none is left then */
  static async open(options: OutputOptions): Promise<Outputs> {
    const outputs = new Outputs();
    try {
      await outputs.#open(options);
      return outputs;
    } catch (error) {
      await outputs.abort();
      throw error;
    }
  }

  async #open({ out, name, video, run, annotate, anonymize, parameters }: OutputOptions): Promise<void> {
    await makeFolder(out);
    const path = (ending: string) => join(out, `${name}.${ending}`);
    const add = <T extends Omit<Output, 'kind' | 'path'>>(kind: Output['kind'], path: string, output: T): T => {
      this.#all.push({ kind, path, close: (reason) => output.close(reason), abort: () => output.abort() });
      return output;
    };
    const json = path('trajectories.json');
    this.sinks.push(add('trajectories', json, await openJsonSink(json, run)));
    const mot = path('mot.txt');
    this.sinks.push(add('mot', mot, await openMotSink(mot)));
    if (!annotate) return;
    const { width, height, frameRate, colourSpace } = video;
    const annotator = new Annotator({ width, height, anonymize, ...parameters.annotation });
    const mp4 = path('annotated.mp4');
    const writer = await openVideoWriter(mp4, { width, height, frameRate, ...(colourSpace && { colourSpace }) });
    this.annotation = { annotator, writer: add('annotated', mp4, writer), anonymize };
  }

  /**
   * Completes each file, whatever becomes of the others.
   *
   * @param reason why the run ended before its source did
   * @returns the files that are complete, and the first failure
   */
  async close(reason: string | undefined): Promise<{ files: OutputFiles; failure?: unknown }> {
    const files: OutputFiles = {};
    const failures: unknown[] = [];
    for (const { kind, path, close } of this.#all) {
      try {
        await close(reason);
        files[kind] = path;
      } catch (error) {
        failures.push(error);
      }
    }
    return { files, ...(failures.length > 0 && { failure: failures[0] }) };
  }

  /** Removes all that is not complete. */
  async abort(): Promise<void> {
    await Promise.allSettled(this.#all.map((output) => output.abort()));
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    const reasons: Record<string, string> = {
      EEXIST: 'a file has this name',
      ENOTDIR: 'a part of the path is a file',
      EACCES: 'no permission to write there',
      EPERM: 'no permission to write there',
      EROFS: 'the disk is read-only',
      ENOSPC: 'the disk is full',
      ENAMETOOLONG: 'the name is too long',
    };
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const reason = `cannot be made: ${reasons[code] ?? message}`;
    throw inputError(path, reason, 'give another folder with --out', cause);
  }
}
