import { isDeepStrictEqual } from 'node:util';
import { NO_DETECTIONS } from '../../core/detections.ts';
import { inputError, TwintrackError } from '../../core/errors.ts';
import type { Frame } from '../../core/frame.ts';
import { readError } from '../../files/file-errors.ts';
import { RecordFile } from '../../files/record-file.ts';
import { type Finding, type Findings, type FindingsOf, type KeptFinding, packed, unpacked } from '../finding-log.ts';
import type { VideoPart } from './plan.ts';

/** What a file of a part begins with. */
interface PartHead {
  readonly part: VideoPart;
  /** What the findings depend on. */
  readonly of: FindingsOf;
}

/** What it ends with, after the findings. */
interface PartEnd {
  /** Whether anything was unusual about the pictures. */
  readonly unusual: boolean;
}

/** Writes what is found in a part of a video. */
export class PartWriter implements Findings {
  readonly known: number;
  readonly #file: RecordFile;
  /** Frames written. */
  frames = 0;

  /** @param of what the findings depend on @throws the system's error when the file cannot be written */
  constructor(path: string, part: VideoPart, of: FindingsOf) {
    this.known = part.frame;
    this.#file = new RecordFile(path);
    this.#file.cut();
    this.#file.write({ part, of } satisfies PartHead);
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

  /** The part is complete. */
  end(end: PartEnd): void {
    this.#file.write(end);
  }

  close(): void {
    this.#file.close();
  }
}

/** The parts of a video do not follow one another: frames are missing, or are not what the packets said. */
export class PartsError extends TwintrackError {}

/** What was found in the parts of a video, one after the other. */
export class PartsReader implements Findings {
  /** All frames are known. */
  readonly known = Number.POSITIVE_INFINITY;
  /** Time of each frame of the video, in seconds. */
  readonly times: Float64Array;
  /** Whether anything was unusual about the pictures of a part. */
  readonly unusual: boolean;
  readonly #paths: readonly string[];
  #part = 0;
  #file: RecordFile | undefined;

  /**
   * @param of what the findings are to depend on
   * @throws TwintrackError when the files cannot be read, or are of another run
   * @throws PartsError when they do not follow one another, from the first frame to the last
   */
  constructor(paths: readonly string[], of: FindingsOf | undefined) {
    this.#paths = paths;
    const times: number[] = [];
    this.unusual = false;
    for (const [index, path] of paths.entries()) {
      const { part, unusual } = readPart(path, of, times);
      if (index === paths.length - 1 && part.to !== undefined)
        throw partsError(path, 'is not the last part, and no other follows');
      this.unusual ||= unusual;
    }
    this.times = Float64Array.from(times);
  }

  /** @throws PartsError when it is not the frame that was found */
  next({ index, time }: Pick<Frame, 'index' | 'time'>): Finding {
    const kept = this.#read();
    if (!kept || kept.index !== index || kept.time !== time)
      throw partsError(this.#paths[this.#part] ?? 'parts', `has another frame ${index} than the video`);
    return unpacked(kept);
  }

  add(): void {}

  close(): number {
    this.#file?.close();
    this.#file = undefined;
    return 0;
  }

  #read(): KeptFinding | undefined {
    while (this.#part < this.#paths.length) {
      if (!this.#file) {
        this.#file = openFile(this.#paths[this.#part]);
        this.#file.read();
      }
      const kept = this.#file.read() as KeptFinding | PartEnd | undefined;
      if (kept && 'index' in kept) return kept;
      this.close();
      this.#part++;
    }
    return undefined;
  }
}

/** Reads a file of a part through. @param times of the frames before it; those of its frames are added */
function readPart(path: string, of: FindingsOf | undefined, times: number[]): PartHead & PartEnd {
  const file = openFile(path);
  try {
    const head = file.read() as PartHead | undefined;
    const differing = head && Object.keys(of ?? {}).find((key) => !isDeepStrictEqual(head.of[key], of?.[key]));
    if (!head) throw partsError(path, 'is empty');
    if (differing)
      throw inputError(path, `is of a run with another ${differing}`, 'find the people of the video again');
    for (;;) {
      const record = file.read() as KeptFinding | PartEnd | undefined;
      if (!record) throw partsError(path, `ends after frame ${times.length - 1}`);
      if (!('index' in record)) return { ...head, ...record };
      if (record.index !== times.length)
        throw partsError(path, `has frame ${record.index} where frame ${times.length} of the video is to come`);
      times.push(record.time);
    }
  } finally {
    file.close();
  }
}

function openFile(path: string): RecordFile {
  try {
    return new RecordFile(path, { readOnly: true });
  } catch (error) {
    throw readError(path, error);
  }
}

function partsError(path: string, reason: string): PartsError {
  return new PartsError(inputError(path, reason).message);
}
