import { isDeepStrictEqual } from 'node:util';
import { NO_DETECTIONS } from '../../core/detections.ts';
import { inputError } from '../../core/errors.ts';
import type { Frame } from '../../core/frame.ts';
import { readError } from '../../files/file-errors.ts';
import { RecordFile } from '../../files/record-file.ts';
import { type Finding, type Findings, type FindingsOf, type KeptFinding, packed, unpacked } from '../finding-log.ts';
import type { VideoPart } from './plan.ts';

/** Writes what is found in a part of a video. */
export class PartWriter implements Findings {
  readonly known: number;
  readonly #file: RecordFile;
  /** Frames written. */
  frames = 0;

  /** @param of what the findings depend on @throws the system's error when the file cannot be written */
  constructor(path: string, { frame }: VideoPart, of: FindingsOf) {
    this.known = frame;
    this.#file = new RecordFile(path);
    this.#file.cut();
    this.#file.write(of);
  }

  /** In the frame before the part no person is looked for; the next one is compared with it. */
  next({ index, time }: Pick<Frame, 'index' | 'time'>): Finding | undefined {
    if (index >= this.known) return undefined;
    return { index, time, shift: undefined, detect: true, still: false, detections: NO_DETECTIONS };
  }

  add(finding: Finding): void {
    if (finding.index < this.known) return;
    this.#file.write(packed(finding));
    this.frames++;
  }

  close(): void {
    this.#file.close();
  }
}

/** What was found in the parts of a video, one after the other. */
export class PartsReader implements Findings {
  /** All frames are known. */
  readonly known = Number.POSITIVE_INFINITY;
  readonly #paths: readonly string[];
  readonly #of: FindingsOf | undefined;
  #part = -1;
  #file: RecordFile | undefined;

  /** @param of what the findings are to depend on */
  constructor(paths: readonly string[], of: FindingsOf | undefined) {
    this.#paths = paths;
    this.#of = of;
  }

  /** @throws TwintrackError when the parts are of another video or run, or do not follow one another */
  next({ index, time }: Pick<Frame, 'index' | 'time'>): Finding {
    const kept = this.#read(index);
    if (kept.index !== index || kept.time !== time)
      throw this.#wrong(`has frame ${kept.index} where frame ${index} of the video is to come`);
    return unpacked(kept);
  }

  add(): void {}

  close(): number {
    this.#file?.close();
    this.#file = undefined;
    return 0;
  }

  #read(index: number): KeptFinding {
    for (;;) {
      const kept = this.#file?.read() as KeptFinding | undefined;
      if (kept) return kept;
      if (this.#part + 1 === this.#paths.length) throw this.#wrong(`ends before frame ${index} of the video`);
      this.#open(++this.#part);
    }
  }

  #open(part: number): void {
    this.close();
    try {
      this.#file = new RecordFile(this.#paths[part], { readOnly: true });
    } catch (error) {
      throw readError(this.#paths[part], error);
    }
    const of = this.#file.read() as FindingsOf | undefined;
    const differing = Object.keys(this.#of ?? {}).find((key) => !isDeepStrictEqual(of?.[key], this.#of?.[key]));
    if (differing) throw this.#wrong(`is of a run with another ${differing}`);
  }

  #wrong(reason: string): Error {
    return inputError(
      this.#paths[Math.max(0, this.#part)] ?? 'parts',
      reason,
      'find the people of the video as one part',
    );
  }
}
