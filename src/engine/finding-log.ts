import { existsSync, rmSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { KeptDetections } from '../analytics/ignore.ts';
import { inputError, TwintrackError } from '../core/errors.ts';
import type { Frame } from '../core/frame.ts';
import { windowOf } from '../core/video-window.ts';
import { runAtExit } from '../files/at-exit.ts';
import { writeError } from '../files/file-errors.ts';
import { RecordFile } from '../files/record-file.ts';
import type { PictureShift } from '../tracking/camera-motion/from-pixels.ts';

/** What was found in a frame before anyone was tracked: no network is needed for it again. */
export interface Finding {
  readonly index: number;
  readonly time: number;
  readonly shift: PictureShift | undefined;
  /** Whether people were looked for; else they are where they are expected. */
  readonly detect: boolean;
  /** Whether nothing had moved, so that the detections are those of an earlier frame. */
  readonly still: boolean;
  /** With embeddings. */
  readonly detections: KeptDetections;
}

/** Knows what is in some frames, and is told what is found in others. Frames come in order. */
export interface Findings {
  /** The frames before this number are known. */
  readonly known: number;
  /** What is known of the next frame; undefined where it is not known. @throws TwintrackError when it is not the frame that is known */
  next(frame: Pick<Frame, 'index' | 'time'>): Finding | undefined;
  /** Takes what is found in the next frame. */
  add(finding: Finding): void;
}

/** A finding as it is kept: most detections have no embedding, so of the embeddings only the rows that there are. */
export type KeptFinding = Finding & { readonly rows?: Int32Array; readonly dimensions?: number };

/** What a run's findings depend on: plain values by name. */
export type FindingsOf = Readonly<Record<string, unknown>>;

/**
 * Keeps what is found in each frame in a file while a run goes on, `<stem>.resume`, so that a run that was interrupted or killed can go on
 * from there. It goes on at the beginning of a window (`windowOf`), across which nothing is remembered.
 */
export class FindingLog implements Findings {
  /** So many frames are known, from the first on. */
  readonly known: number;
  readonly #path: string;
  readonly #file: RecordFile;
  /** Frames that a later run need not look at again, and the window of the last frame. */
  #done: number;
  #window = Number.NaN;
  #failed = false;
  readonly #forget: () => void;

  /**
   * Begins a log, or goes on with the one that an interrupted run left.
   *
   * @param of what the findings depend on
   * @param resume whether to go on; where there is no log, one is begun
   * @throws TwintrackError when the file cannot be used, an interrupted run left it that this one cannot go on with, or it can and is not
   *   asked to
   */
  static open(path: string, of: FindingsOf, resume: boolean): FindingLog {
    const isThere = existsSync(path);
    try {
      const file = new RecordFile(path);
      try {
        return new FindingLog(path, file, isThere ? readLog(path, file, of, resume) : 0, of);
      } catch (error) {
        file.close();
        throw error;
      }
    } catch (error) {
      throw error instanceof TwintrackError ? error : writeError(path, error);
    }
  }

  private constructor(path: string, file: RecordFile, known: number, of: FindingsOf) {
    this.#path = path;
    this.#file = file;
    this.known = known;
    this.#done = known;
    file.cut();
    file.seek(0);
    if (known > 0) file.read();
    else file.write(of);
    this.#forget = runAtExit(() => this.close(false)); // by a second Ctrl-C
  }

  /**
   * What is known of the next frame; undefined where it is not known.
   *
   * @throws TwintrackError when it is another frame than it was
   */
  next({ index, time }: Pick<Frame, 'index' | 'time'>): Finding | undefined {
    if (index >= this.known) return undefined;
    const kept = this.#file.read() as KeptFinding | undefined;
    if (kept?.index !== index || kept.time !== time)
      throw inputError(this.#path, `is of another video: frame ${index} is not the one it was`, REMOVE);
    return unpacked(kept);
  }

  /** Keeps what was found in the next frame. Where the disk does not take it, the log ends there, and the run goes on. */
  add(finding: Finding): void {
    if (finding.index < this.known || this.#failed) return;
    try {
      this.#file.write(packed(finding));
    } catch {
      this.#failed = true;
      return;
    }
    const window = windowOf(finding.time);
    if (window !== this.#window) this.#done = finding.index;
    this.#window = window;
  }

  /**
   * Closes the file, and removes it when there is nothing to go on with.
   *
   * @param complete whether the run is complete
   * @returns frames that a later run need not look at again
   */
  close(complete: boolean): number {
    this.#forget();
    this.#file.close();
    if (!complete && this.#done > 0) return this.#done;
    rmSync(this.#path, { force: true });
    return 0;
  }
}

const REMOVE = 'remove it to begin anew';

/**
 * Reads a log up to the beginning of its last window, and leaves the file there.
 *
 * @returns the number of frames before; 0 where the log is to be begun anew
 */
function readLog(path: string, file: RecordFile, of: FindingsOf, resume: boolean): number {
  const left = file.read() as FindingsOf | undefined;
  const differing = left && Object.keys(of).find((key) => !isDeepStrictEqual(left[key], of[key]));
  if (resume && differing)
    throw inputError(
      path,
      `is of an interrupted run with another ${differing}, which this one cannot go on with`,
      REMOVE,
    );
  let [frames, end, window] = [0, file.position, Number.NaN];
  while (left && !differing) {
    const at = file.position;
    const kept = file.read() as KeptFinding | undefined;
    if (!kept) break;
    if (windowOf(kept.time) !== window) [frames, end] = [kept.index, at];
    window = windowOf(kept.time);
  }
  if (frames > 0 && !resume)
    throw inputError(
      path,
      `is of an interrupted run, with what was found in ${frames} frames`,
      `add --resume (resume: true) to go on from it, or ${REMOVE}`,
    );
  file.seek(frames > 0 ? end : 0);
  return frames;
}

/** A finding, to be kept. */
export function packed({ detections, ...finding }: Finding): KeptFinding {
  const { embeddings, length } = detections;
  if (!embeddings || length === 0) return { ...finding, detections };
  const dimensions = embeddings.length / length;
  const rows = Int32Array.from({ length }, (_, row) => row).filter(
    (row) => !Number.isNaN(embeddings[row * dimensions]),
  );
  const kept = new Float32Array(rows.length * dimensions);
  for (const [k, row] of rows.entries())
    kept.set(embeddings.subarray(row * dimensions, (row + 1) * dimensions), k * dimensions);
  return { ...finding, rows, dimensions, detections: { ...detections, embeddings: kept } };
}

/** A finding that was kept. */
export function unpacked({ rows, dimensions, detections, ...finding }: KeptFinding): Finding {
  if (!rows || !dimensions) return { ...finding, detections };
  const kept = detections.embeddings!;
  const embeddings = new Float32Array(detections.length * dimensions).fill(Number.NaN);
  for (const [k, row] of rows.entries())
    embeddings.set(kept.subarray(k * dimensions, (k + 1) * dimensions), row * dimensions);
  return { ...finding, detections: { ...detections, embeddings } };
}
