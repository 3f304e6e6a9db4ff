import type { IgnoreCount } from '../../analytics/ignore.ts';
import type { LineCount, ZoneCount, ZoneCounter } from '../../analytics/zone-counter.ts';
import { now } from '../../video/camera/clock.ts';
import type { Fault } from '../../video/camera/faults.ts';
import { wallTime } from '../clock.ts';

/** connecting: no picture yet; live: pictures arrive; offline: the connection failed and is retried. */
export type CameraState = 'connecting' | 'live' | 'offline';

/** State and statistics of a camera. */
export interface CameraStatus {
  readonly name: string;
  readonly state: CameraState;
  /** Why it is offline, and how many seconds later it is retried. */
  readonly fault?: Fault & { readonly retrySeconds: number };
  /** Size of its pictures in pixels, once known. */
  readonly width?: number;
  readonly height?: number;
  /** People in the last frame. */
  readonly people: number;
  /** People tracked since the start. */
  readonly tracks: number;
  /** Counts at lines and zones since the start, or since the pictures changed their size. */
  readonly lines: readonly LineCount[];
  readonly zones: readonly ZoneCount[];
  /** Detections left out in ignore areas since then. */
  readonly ignored: readonly IgnoreCount[];
  /** Frames per second that arrive, and that people are tracked in, over the last seconds. */
  readonly cameraFps: number;
  readonly fps: number;
  /** Seconds from the arrival of a frame to its tracks: median and 95th percentile. */
  readonly latency: number;
  readonly latency95: number;
  /** Frames since the start: arrived, processed, and dropped in favour of newer ones. */
  readonly received: number;
  readonly processed: number;
  readonly dropped: number;
  /** Connections after the first. */
  readonly reconnects: number;
  /** Seconds since the last frame arrived; absent before the first. */
  readonly age?: number;
  /** Frames left out of the recording, and lines that could not be written to disk. */
  readonly recordingDropped: number;
  readonly linesLost: number;
}

/** People over time, for a chart: the mean of each time span, null where there was no frame. */
export interface PeopleHistory {
  /** Time of day of the start of the first span, seconds since 1970. */
  readonly start: number;
  /** Seconds of a span. */
  readonly step: number;
  readonly people: readonly (number | null)[];
}

const WINDOW_SECONDS = 5;
const LATENCIES = 512;
const STEP = 10;
const SPANS = 360;
/** A history has at least so many spans, empty or not. */
const LEAST_SPANS = 30;

/** Collects the statistics of a camera, in constant memory. */
export class CameraStatistics {
  readonly name: string;
  state: CameraState = 'connecting';
  fault: CameraStatus['fault'];
  size: { width: number; height: number } | undefined;
  people = 0;
  tracks = 0;
  received = 0;
  processed = 0;
  reconnects = 0;
  linesLost = 0;
  #lastFrame = Number.NaN;
  readonly #coming = new Rate();
  readonly #going = new Rate();
  readonly #latencies: { time: number; latency: number }[] = [];
  #next = 0;
  #sums: { span: number; sum: number; frames: number }[] = [];

  constructor(name: string) {
    this.name = name;
  }

  frameReceived(): void {
    this.received++;
    this.#lastFrame = now();
    this.#coming.add(this.#lastFrame);
  }

  /** @param time of the frame, by `now()` */
  frameProcessed(time: number, people: number): void {
    const done = now();
    this.processed++;
    this.people = people;
    this.#going.add(done);
    this.#latencies[this.#next] = { time: done, latency: done - time };
    this.#next = (this.#next + 1) % LATENCIES;
    const span = Math.floor(wallTime(time) / STEP);
    let last = this.#sums.at(-1);
    if (last?.span !== span) {
      last = { span, sum: 0, frames: 0 };
      this.#sums.push(last);
      if (this.#sums.length > SPANS) this.#sums.shift();
    }
    last.sum += people;
    last.frames++;
  }

  status(
    dropped: Pick<CameraStatus, 'dropped' | 'recordingDropped'>,
    counts: { readonly counter: ZoneCounter; readonly ignored: readonly IgnoreCount[] } | undefined,
  ): CameraStatus {
    const time = now();
    const recent = this.#latencies.filter((l) => time - l.time < 2 * WINDOW_SECONDS).map(({ latency }) => latency);
    recent.sort((a, b) => a - b);
    const { name, state, fault, people, tracks, received, processed, reconnects, linesLost } = this;
    return {
      ...{ name, state, ...(fault && { fault }), ...this.size, people, tracks },
      lines: counts?.counter.lines.map((line) => ({ ...line })) ?? [],
      zones: counts?.counter.zones.map((zone) => ({ ...zone })) ?? [],
      ignored: counts?.ignored.map((area) => ({ ...area })) ?? [],
      cameraFps: this.#coming.perSecond(time),
      fps: this.#going.perSecond(time),
      latency: recent[recent.length >> 1] ?? 0,
      latency95: recent[Math.floor(0.95 * recent.length)] ?? 0,
      ...{ received, processed, ...dropped, reconnects, linesLost },
      ...(this.received > 0 && { age: time - this.#lastFrame }),
    };
  }

  history(): PeopleHistory {
    const end = Math.floor(Date.now() / 1000 / STEP);
    const first = Math.max(end - SPANS + 1, Math.min(end - LEAST_SPANS + 1, this.#sums[0]?.span ?? end));
    const people: (number | null)[] = new Array(end - first + 1).fill(null);
    for (const { span, sum, frames } of this.#sums)
      if (span >= first && span <= end) people[span - first] = sum / frames;
    return { start: first * STEP, step: STEP, people };
  }
}

/** Events a second over the last seconds. */
class Rate {
  readonly #times: number[] = [];

  add(time: number): void {
    this.#times.push(time);
    while (time - this.#times[0] > WINDOW_SECONDS) this.#times.shift();
  }

  perSecond(time: number): number {
    const recent = this.#times.filter((t) => time - t <= WINDOW_SECONDS);
    const span = time - recent[0];
    // the first of them begins the span
    return recent.length < 2 ? 0 : (recent.length - 1) / Math.max(span, 0.001);
  }
}
