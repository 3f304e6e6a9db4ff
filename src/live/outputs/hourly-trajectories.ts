import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inputError } from '../../core/errors.ts';
import type { TrackedFrame } from '../../core/tracked-frame.ts';
import { AppendFile, cutTornLine, type DiskTrouble } from '../../files/append-file.ts';
import { linesOf } from '../../files/lines.ts';
import { requireBox, round } from '../../files/rows.ts';
import { openJsonSink, type RunDescription } from '../../trajectories/index.ts';
import { hourOf, isoTime, stamp, wallTime } from '../clock.ts';
import { freeStem, namesIn } from './folder.ts';

/** Name of a complete trajectories file. */
export const PAST_TRAJECTORIES = /^\d{8}T\d{6}Z(-\d+)?\.trajectories\.json$/;
const OPEN_ENDING = '.trajectories.open.jsonl';
const OPEN_TRAJECTORIES = /^\d{8}T\d{6}Z(-\d+)?\.trajectories\.open\.jsonl$/;

/** A line of an open file: a frame, or the tracks that have ended. The first line, which describes the run, is not of this type. */
interface Line {
  /** Frame number and time in seconds, both from the start of the file, and id, x, y, w, h, score of each person. */
  readonly frame?: number;
  readonly time?: number;
  readonly people?: readonly (readonly number[])[];
  /** Ids that get no more observations. */
  readonly ended?: readonly number[];
}

/** The hour being written. Times and frame numbers in its file are counted from its first frame. */
interface OpenHour {
  readonly hour: number;
  readonly index: number;
  readonly time: number;
}

/**
 * Writes the trajectories of one camera into a file an hour (UTC), each a valid document named by its start. The open file has a line a frame,
 * which is appended. It becomes the document when the hour is over, or by {@link recoverHours} when the process was killed. People who are
 * there when the hour ends are in both files, with the same id.
 */
export class HourlyTrajectories {
  readonly #folder: string;
  readonly #describe: (startedAt: string) => RunDescription;
  readonly #trouble: DiskTrouble;
  #file: AppendFile | undefined;
  #open: OpenHour | undefined;
  /** Files to be completed. One that cannot be completed, for example on a full disk, is tried again with the next one. */
  readonly #incomplete = new Set<string>();
  #completing: Promise<void> = Promise.resolve();

  /**
   * @param folder the camera's
   * @param describe returns the description of the run for a file that starts at this time
   */
  constructor(folder: string, describe: (startedAt: string) => RunDescription, trouble: DiskTrouble) {
    this.#folder = folder;
    this.#describe = describe;
    this.#trouble = trouble;
  }

  /** Adds a frame. Its time is of `now()`. */
  write(frame: TrackedFrame): void {
    const hour = hourOf(wallTime(frame.time));
    if (this.#open?.hour !== hour) this.#open = undefined;
    this.#open ??= this.#start(frame, hour);
    const people: number[][] = [];
    for (let i = 0; i < frame.length; i++) {
      requireBox(frame, i);
      const box = Array.from(frame.boxes.subarray(4 * i, 4 * i + 4), (value) => round(value, 100));
      people.push([frame.ids[i], ...box, round(frame.scores[i], 1e4)]);
    }
    const { index, time } = this.#open;
    this.#file?.append(JSON.stringify({ frame: frame.index - index, time: round(frame.time - time, 1e6), people }));
  }

  /** Ends the trajectories of these ids: they get no more observations. */
  end(ids: readonly number[]): void {
    if (this.#open && ids.length > 0) this.#file?.append(JSON.stringify({ ended: ids }));
  }

  /** Has the next frame begin another file. The present file is completed then, in the background. */
  startAnew(): void {
    this.#open = undefined;
  }

  /** Completes the open file. Resolves when all files are complete. */
  async close(): Promise<void> {
    this.#open = undefined;
    await this.#file?.close();
    if (this.#file && existsSync(this.#file.path)) this.#complete(this.#file.path);
    await this.#completing;
  }

  #start({ index, time }: TrackedFrame, hour: number): OpenHour {
    const started = stamp(wallTime(time));
    const name = () => join(this.#folder, freeStem(this.#folder, started, '.trajectories') + OPEN_ENDING);
    if (!this.#file) this.#file = new AppendFile(name(), this.#trouble);
    else {
      this.#file.startAnew((path) => {
        const next = name();
        this.#complete(path);
        return next;
      });
    }
    this.#file.append(JSON.stringify(this.#describe(isoTime(time))), true);
    return { hour, index, time };
  }

  /** Completes a file, and those that could not be completed before. */
  #complete(path: string): void {
    this.#incomplete.add(path);
    this.#completing = this.#completing.then(async () => {
      for (const each of this.#incomplete) {
        try {
          await complete(each);
          this.#incomplete.delete(each);
        } catch (error) {
          this.#trouble.failed(error);
        }
      }
    });
  }
}

/**
 * Completes the trajectories that a killed process left open. A file that cannot be completed is reported and left as it is.
 *
 * @param folder the camera's
 */
export async function recoverHours(folder: string, trouble: DiskTrouble): Promise<void> {
  for (const name of namesIn(folder, OPEN_TRAJECTORIES)) {
    const path = join(folder, name);
    try {
      await cutTornLine(path);
      await complete(path, 'the program ended before the file was complete');
    } catch (error) {
      trouble.failed(error);
    }
  }
}

/**
 * Makes the document of an open file, and removes the open file. An open file without a frame is only removed.
 *
 * @param reason why the file ends before the run did
 */
async function complete(path: string, reason?: string): Promise<void> {
  let sink: Awaited<ReturnType<typeof openJsonSink>> | undefined;
  let run: RunDescription | undefined;
  try {
    for await (const text of linesOf(path)) {
      const line = parse(path, text);
      if (!run) run = line as RunDescription;
      else {
        sink ??= await openJsonSink(path.replace(OPEN_ENDING, '.trajectories.json'), run);
        const { ended, ...frame } = line as Line;
        if (frame.people) await sink.write(trackedFrame(frame));
        for (const id of ended ?? []) await sink.end(id);
      }
    }
    await sink?.close(reason);
  } catch (error) {
    await sink?.abort();
    throw error;
  }
  await rm(path, { force: true });
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw inputError(path, `is damaged: ${(error as Error).message}`, 'it is left as it is', error);
  }
}

function trackedFrame({ frame = 0, time = 0, people = [] }: Line): TrackedFrame {
  const n = people.length;
  return {
    index: frame,
    time,
    length: n,
    ids: Int32Array.from(people, ([id]) => id),
    boxes: Float64Array.from(people.flatMap((person) => person.slice(1, 5))),
    scores: Float32Array.from(people, (person) => person[5]),
    detected: new Uint8Array(n).fill(1),
  };
}
