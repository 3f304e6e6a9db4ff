import { GroundPlane } from '../../analytics/ground.ts';
import type { ZoneCounter } from '../../analytics/zone-counter.ts';
import { Annotator } from '../../annotation/index.ts';
import type { Frame } from '../../core/frame.ts';
import { people as counted } from '../../core/text.ts';
import type { TrackedFrame } from '../../core/tracked-frame.ts';
import type { VideoInfo } from '../../video/probe.ts';
import { wallTime } from '../clock.ts';
import { PictureFeed } from '../monitoring/pictures.ts';
import { Recorder } from '../outputs/recorder.ts';
import type { CameraParameters } from '../parameters.ts';
import type { Followed } from './following.ts';

/** Settings of {@link CameraDrawing}. */
export interface CameraDrawingOptions {
  /** Name of the camera, for the caption. */
  readonly name: string;
  /** Folder for recordings; undefined for none. */
  readonly folder: string | undefined;
  readonly parameters: CameraParameters;
  /** What a person is called, by the id of their track. */
  readonly nameOf?: ((id: number) => string | undefined) | undefined;
  /** Takes the first failure of a row to record. */
  readonly onFailure: (error: unknown) => void;
}

/** Draws the people on the pictures of one camera, for its recording and for viewers. */
export class CameraDrawing {
  readonly viewers: PictureFeed;
  readonly #name: string;
  readonly #nameOf: CameraDrawingOptions['nameOf'];
  readonly #parameters: CameraParameters;
  readonly #recorder: Recorder | undefined;
  #annotator: Annotator | undefined;

  constructor({ name, folder, parameters, nameOf, onFailure }: CameraDrawingOptions) {
    this.#name = name;
    this.#nameOf = nameOf;
    this.#parameters = parameters;
    this.viewers = new PictureFeed(parameters.live);
    this.#recorder = folder === undefined ? undefined : new Recorder(folder, parameters.live.segmentSeconds, onFailure);
  }

  /** Frames that the recording left out. */
  get dropped(): number {
    return this.#recorder?.dropped ?? 0;
  }

  /** The pictures have this format from now on. */
  setFormat(format: VideoInfo, areas: ZoneCounter): void {
    const { width, height } = format;
    const caption = (frame: TrackedFrame) => this.#caption(frame);
    const { annotation, calibration } = this.#parameters;
    const ground = calibration && new GroundPlane(calibration);
    this.#annotator = new Annotator({ width, height, caption, areas, ground, names: this.#nameOf, ...annotation });
    this.viewers.setFormat(format);
    this.#recorder?.setFormat(format);
  }

  /** Draws the people where there is a use for it, and releases the frame in the end. */
  add(frame: Frame, { people, origin }: Pick<Followed, 'people' | 'origin'>): void {
    const { pixels } = frame;
    const recorder = this.#recorder?.ready ? this.#recorder : undefined;
    if (!recorder) this.#recorder?.skip();
    const viewers = this.viewers.wants(people.time) ? this.viewers : undefined;
    const users: Promise<void>[] = [];
    if (pixels && (recorder || viewers)) {
      this.#annotator?.draw(pixels, people, undefined, origin);
      if (recorder) users.push(recorder.write(pixels, people.time));
      if (viewers) users.push(viewers.offer(pixels, people.time));
    }
    Promise.all(users).then(() => frame.release?.());
  }

  /** Completes the recording. */
  async close(): Promise<void> {
    this.viewers.close();
    await this.#recorder?.close();
  }

  #caption({ time, length }: TrackedFrame): string[] {
    const date = new Date(1000 * wallTime(time));
    const two = (n: number) => String(n).padStart(2, '0');
    const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
    return [this.#name, `${day} ${clock}`, counted(length)];
  }
}
