import { TICKS_PER_SECOND } from './frame-assembly.ts';

/** The filter that logs every frame: what it is like, and whether it is a key frame. */
export const FRAME_LOG = 'showinfo@frames=checksum=0';
/** How its lines begin. */
export const FRAME_LINE = '[showinfo@frames ';

/** What the pictures are like from a frame on. */
export interface PictureShape {
  readonly width: number;
  readonly height: number;
  /** Width of a pixel over its height; 1 where it is not known. */
  readonly sampleAspectRatio: number;
}

/** A change of what pictures are like. */
export interface ShapeChange {
  /** Number of the first frame after it. */
  readonly frame: number;
  readonly from: PictureShape;
  readonly to: PictureShape;
}

/** A place where packets of an MPEG-TS do not follow on: some are missing, or another recording begins. */
interface ContinuityGap {
  /** Decoding time of the packet before it, in seconds from the start of the file. */
  readonly time: number;
  /** The frame of that packet, once it is there. */
  before?: number;
  /** The first frame after it, once that is known. */
  frame?: number;
}

/** MPEG-TS counts in this fraction of a second. */
const TS_CLOCK = 90_000;
/** A recording that begins at a gap has its key frame at most this many frames after the packet before it, as decoders reorder them. */
const REORDERED = 17;

/** Reads from ffmpeg's log what changes between frames: the shape of pictures, and gaps in an MPEG-TS. */
export class FrameLog {
  /** Changes of shape: their number, and the first. */
  shapes: { count: number; readonly first: ShapeChange } | undefined;
  /** Gaps that frames follow: their number, and where they are, as far as remembered. */
  gaps = 0;
  readonly gapFrames: number[] = [];
  readonly #isTs: boolean;
  #frames = 0;
  #shape: PictureShape | undefined;
  #start = 0;
  #stream: string | undefined;
  #open: ContinuityGap | undefined;

  /** @param container ffmpeg's name of the container */
  constructor(container: string) {
    this.#isTs = container === 'mpegts';
  }

  /** Whether no frame follows the last gap: the file ends within a frame. */
  get endsInGap(): boolean {
    return this.#open !== undefined && (this.#open.before === undefined || this.#open.before >= this.#frames - 1);
  }

  /** Whether a gap is at most so many frames back. */
  gapWithin(frames: number): boolean {
    const last = this.#open ? this.#frames : this.gapFrames.at(-1);
    return last !== undefined && this.#frames - last <= frames;
  }

  /** @returns whether the line is one of the frame log or about a gap, and so says nothing of damage */
  onLine(line: string): boolean {
    if (line.startsWith(FRAME_LINE)) {
      const frame = /\] n: *\d+ pts: *(\S+) .* sar:(\d+)\/(\d+) s:(\d+)x(\d+) .*iskey:(\d)/.exec(line);
      if (frame) this.#onFrame(frame);
      return true;
    }
    if (!this.#isTs) return false;
    if (this.#stream === undefined) {
      const start = /^\[info\] +Duration: .* start: (-?[\d.]+)|Correcting start time of Input #0 by (-?\d+)/.exec(line);
      if (start) this.#start += start[1] === undefined ? Number(start[2]) / 1e6 : Number(start[1]);
      this.#stream = /^\[info\] +Stream #0:(\d+)(?: \(.*\))? -> /.exec(line)?.[1];
    }
    const gap = /Packet corrupt \(stream = (\d+), dts = (-?\d+|NOPTS)\)/.exec(line);
    if (gap && gap[1] === this.#stream) {
      this.end();
      const time = gap[2] === 'NOPTS' ? Number.NEGATIVE_INFINITY : Number(gap[2]) / TS_CLOCK - this.#start;
      this.#open ??= { time };
    }
    return !!gap || line.includes('corrupt input packet');
  }

  #onFrame([, pts, pixelWidth, pixelHeight, width, height, key]: RegExpExecArray): void {
    const frame = this.#frames++;
    const sampleAspectRatio = Number(pixelWidth) / Number(pixelHeight) || 1;
    const to = { width: Number(width), height: Number(height), sampleAspectRatio };
    const from = this.#shape;
    if (
      from &&
      (from.width !== to.width || from.height !== to.height || from.sampleAspectRatio !== sampleAspectRatio)
    ) {
      if (this.shapes) this.shapes.count++;
      else this.shapes = { count: 1, first: { frame, from, to } };
    }
    this.#shape = to;
    if (this.#open) this.#follow(this.#open, frame, Number(pts) / TICKS_PER_SECOND, key === '1');
  }

  /** Finds the first frame after a gap: a key frame soon after it, else the next one. */
  #follow(gap: ContinuityGap, frame: number, time: number, key: boolean): void {
    if (gap.before === undefined) {
      if (time >= gap.time - 0.001) gap.before = frame;
    } else if (key) gap.frame = frame;
    else if (frame >= gap.before + REORDERED) gap.frame = gap.before + 1;
    if (gap.frame !== undefined) this.#close(gap.frame);
  }

  /** Places a gap that is yet to be placed, where frames follow it. */
  end(): void {
    if (this.#open?.before !== undefined && !this.endsInGap) this.#close(this.#open.before + 1);
  }

  #close(frame: number): void {
    this.#open = undefined;
    this.gaps++;
    if (this.gapFrames.length < REMEMBERED) this.gapFrames.push(frame);
    else this.gapFrames[REMEMBERED - 1] = frame;
  }
}

/** Gaps whose frames are kept. */
const REMEMBERED = 1000;
