import { redact } from '../core/errors.ts';
import type { Notice } from '../core/notices.ts';
import type { TrackedFrame } from '../core/tracked-frame.ts';
import type { Trajectory } from '../core/trajectory.ts';
import { OutputFile } from '../files/output-file.ts';
import { requireBox, round, roundedRow } from '../files/rows.ts';
import type { TrajectoriesDocument } from './json-reader.ts';
import { FOOTER, HEADER, type TrajectoriesFooter, type TrajectoriesHeader, VERSION } from './schema.ts';
import type { TrajectorySink } from './sink.ts';
import { TrajectoryBuilder } from './trajectory-builder.ts';

/** What the caller knows about the run; schema and version are filled in. */
export type RunDescription = Omit<TrajectoriesHeader, 'schema' | 'version'>;

/**
 * Opens a `.trajectories.json` document for writing. A trajectory is written when it ends, on a line of its own, so that
 * only the open ones are in memory. Times are rounded to 1 µs, boxes to 0.01 pixel, scores to 0.0001.
 *
 * @param notices what is wrong or doubtful with the inputs; those that are added before the document is closed stand in it as well
 * @throws TwintrackError when the file cannot be written there
 *
 * @example
 * import { openJsonSink } from 'twintrack/trajectories';
 *
 * const sink = await openJsonSink('mine.trajectories.json', { source: { name: 'mine.mp4', frameRate: 25 }, models: [], parameters: {} });
 * await sink.write({
 *   index: 0,
 *   time: 0,
 *   length: 1, // one person, with id 7
 *   ids: Int32Array.of(7),
 *   boxes: Float64Array.of(10, 20, 30, 60),
 *   scores: Float32Array.of(0.9),
 *   detected: Uint8Array.of(1),
 * });
 * await sink.close();
 */
export async function openJsonSink(
  path: string,
  run: RunDescription,
  notices: readonly Notice[] = [],
): Promise<TrajectorySink> {
  const header = HEADER.parse({ schema: 'twintrack/trajectories', version: VERSION, ...run });
  header.source.name = redact(header.source.name);
  return new JsonSink(await OutputFile.create(path), header, notices);
}

class JsonSink implements TrajectorySink {
  private readonly file: OutputFile;
  private readonly notices: readonly Notice[];
  private readonly frameSeconds: number;
  private readonly open = new Map<number, TrajectoryBuilder>();
  private readonly summary = { frames: 0, duration: 0, trajectories: 0, observations: 0 };
  private lastIndex = -1;

  constructor(file: OutputFile, header: TrajectoriesHeader, notices: readonly Notice[]) {
    this.file = file;
    this.notices = notices;
    this.frameSeconds = header.source.frameRate ? 1 / header.source.frameRate : 0;
    this.file.write(headOf(header));
  }

  write(frame: TrackedFrame): void {
    if (!(frame.index > this.lastIndex)) throw new Error(`frame ${frame.index} came after frame ${this.lastIndex}`);
    this.lastIndex = frame.index;
    this.summary.frames++;
    this.summary.duration = Math.max(this.summary.duration, frame.time + this.frameSeconds);
    for (let i = 0; i < frame.length; i++) {
      requireBox(frame, i);
      const id = frame.ids[i];
      let trajectory = this.open.get(id);
      if (!trajectory) {
        trajectory = new TrajectoryBuilder(id);
        this.open.set(id, trajectory);
      }
      trajectory.push(frame.index, frame.time, frame.boxes, i, frame.scores[i], frame.detected[i] === 1);
    }
  }

  end(id: number): void | Promise<void> {
    const builder = this.open.get(id);
    if (!builder) return;
    this.open.delete(id);
    const trajectory = builder.build();
    const text = this.summary.trajectories++ > 0 ? ',\n' : '';
    this.summary.observations += trajectory.frames.length;
    return this.file.write(text + lineOf(trajectory));
  }

  async close(reason?: string): Promise<void> {
    for (const id of this.open.keys()) await this.end(id);
    const { summary, notices } = this;
    const footer: TrajectoriesFooter = {
      summary: { ...summary, duration: round(summary.duration, 1e6) },
      complete: reason === undefined,
      ...(reason === undefined ? {} : { reason: redact(reason) }),
      ...(notices.length > 0 && { notices: [...notices] }),
    };
    await this.file.write(tailOf(footer, summary.trajectories > 0));
    await this.file.commit();
  }

  abort(): Promise<void> {
    return this.file.abort();
  }
}

/**
 * Writes a whole document, as `openJsonSink` would.
 *
 * @throws TwintrackError when the file cannot be written there
 */
export async function writeTrajectories(path: string, document: TrajectoriesDocument): Promise<void> {
  const { trajectories } = document;
  const file = await OutputFile.create(path);
  try {
    await file.write(headOf(HEADER.parse(document)));
    for (const [i, trajectory] of trajectories.entries())
      await file.write(`${i > 0 ? ',\n' : ''}${lineOf(trajectory)}`);
    await file.write(tailOf(FOOTER.parse(document), trajectories.length > 0));
    await file.commit();
  } catch (error) {
    await file.abort();
    throw error;
  }
}

function headOf({ schema, version, ...rest }: TrajectoriesHeader): string {
  const fields = Object.entries(rest).filter(([, value]) => value !== undefined);
  const lines = fields.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)},\n`);
  return `{"schema":"${schema}","version":${version},\n${lines.join('')}"trajectories":[\n`;
}

function lineOf(trajectory: Trajectory): string {
  const { id, frames, times, detected } = trajectory;
  const last = frames.length - 1;
  let text = `{"id":${id},"start":${round(times[0], 1e6)},"end":${round(times[last], 1e6)},"observations":[`;
  for (let i = 0; i <= last; i++) {
    const [x, y, w, h, score] = roundedRow(trajectory, i);
    text += `${i > 0 ? ',' : ''}{"frame":${frames[i]},"time":${round(times[i], 1e6)},"box":[${x},${y},${w},${h}],"score":${score},"detected":${detected[i] === 1}}`;
  }
  return `${text}]}`;
}

function tailOf(footer: TrajectoriesFooter, any: boolean): string {
  const fields = Object.entries(footer).filter(([, value]) => value !== undefined);
  const lines = fields.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return `${any ? '\n' : ''}],\n${lines.join(',\n')}}\n`;
}
