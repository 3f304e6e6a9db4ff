import type { Detections } from '../../core/detections.ts';
import { messageOf } from '../../core/errors.ts';
import type { EngineModels, FrameUnderWay } from '../../engine/frame-engine.ts';
import type { DiskTrouble } from '../../files/append-file.ts';
import type { RunDescription } from '../../trajectories/index.ts';
import { now } from '../../video/camera/clock.ts';
import type { CameraFrame } from '../../video/camera/session.ts';
import type { VideoInfo } from '../../video/probe.ts';
import type { Log } from '../monitoring/log.ts';
import type { PictureFeed } from '../monitoring/pictures.ts';
import type { CameraStatistics } from '../monitoring/statistics.ts';
import type { LiveEvent } from '../outputs/events.ts';
import { HourlyTrajectories } from '../outputs/hourly-trajectories.ts';
import type { CameraParameters } from '../parameters.ts';
import type { DetectorScheduler, Lane } from '../scheduler.ts';
import { CameraDrawing } from './drawing.ts';
import { type Followed, Following } from './following.ts';

/** What a pipeline works with. */
export interface PipelineSetup {
  /** Name of the camera, and its address as it may be shown. */
  readonly name: string;
  readonly shown: string;
  /** The camera's folder. */
  readonly folder: string;
  readonly record: boolean;
  readonly parameters: CameraParameters;
  readonly models: EngineModels;
  readonly scheduler: DetectorScheduler;
  /** What its documents say of the run, besides the source. */
  readonly run: Omit<RunDescription, 'source'>;
  readonly statistics: CameraStatistics;
  readonly onEvent: (event: LiveEvent) => void;
  /** Takes the people of each frame, with their patches. */
  readonly onPeople?: ((followed: Followed) => void) | undefined;
  /** What a person is called on the pictures, by the id of their track. */
  readonly nameOf?: ((id: number) => string | undefined) | undefined;
  readonly trouble: DiskTrouble;
  readonly log: Log;
}

/** From the frames of one camera to its outputs, with one set of parameters: a change of them makes another pipeline. */
export class Pipeline {
  readonly #setup: PipelineSetup;
  readonly #drawing: CameraDrawing;
  readonly #hours: HourlyTrajectories;
  readonly #lane: Lane;
  /** The highest id before its first frame. */
  readonly #firstId: number;
  /** There is none until the size of the pictures is known. */
  #following: Following | undefined;
  /** What its documents say of the shape of pixels. */
  #shape: { readonly sampleAspectRatio?: number } = {};
  /** Whether the last frame that the detector was to see was left out. */
  #failing = false;

  /** @param lastId ids are counted on from here */
  constructor(setup: PipelineSetup, lastId: number) {
    const { name, folder, parameters, scheduler, statistics, log } = setup;
    this.#setup = setup;
    this.#firstId = lastId;
    this.#drawing = new CameraDrawing({
      name,
      folder: setup.record ? folder : undefined,
      parameters,
      nameOf: setup.nameOf,
      onFailure: (error) => log.error({ camera: name, reason: messageOf(error) }, 'cannot record'),
    });
    const describe = (startedAt: string) => ({
      ...setup.run,
      source: { name: setup.shown, ...statistics.size, ...this.#shape, startedAt },
    });
    this.#hours = new HourlyTrajectories(folder, describe, setup.trouble);
    this.#lane = scheduler.open({
      begin: (frame) => {
        const following = this.#following!; // there is no frame before its size is known
        // one that waited while the size changed is left out
        if (frame.width !== statistics.size?.width || frame.height !== statistics.size.height)
          return { detected: Promise.resolve(), finish: async () => frame.release?.() };
        const underWay = following.begin(frame);
        const { detected, detections } = underWay;
        return { detected, finish: async () => this.#take(following, frame, underWay, await detections) };
      },
      failed: (error) => this.#leftOut(error),
    });
  }

  /** The people followed in pictures of the present size; undefined before the first. */
  get following(): Following | undefined {
    return this.#following;
  }

  get lastId(): number {
    return this.#following?.lastId ?? this.#firstId;
  }

  /** Frames left out: by the detector, and by the recording. */
  get dropped(): { dropped: number; recordingDropped: number } {
    return { dropped: this.#lane.dropped, recordingDropped: this.#drawing.dropped };
  }

  /** The annotated pictures, for viewers. */
  get pictures(): PictureFeed {
    return this.#drawing.viewers;
  }

  /**
   * The pictures have this format from now on.
   *
   * @throws TwintrackError when an area lies outside of them
   */
  setFormat(format: VideoInfo): void {
    const { name, parameters, models, statistics, onEvent } = this.#setup;
    const following = new Following({
      camera: name,
      video: format,
      ...{ parameters, models, onEvent },
      lastId: this.lastId,
    });
    this.#endAll(); // boxes in pictures of another size are of no use any more
    this.#following = following;
    const { width, height, sampleAspectRatio } = format;
    statistics.size = { width, height };
    this.#shape = sampleAspectRatio ? { sampleAspectRatio } : {};
    this.#hours.startAnew();
    this.#drawing.setFormat(format, following.counter);
  }

  /** Takes the next frame; it is of the format set last. */
  put(frame: CameraFrame): void {
    this.#lane.put(frame);
  }

  /** Gives people up who have waited for too long while there are no frames. */
  wait(): void {
    const ended = this.#following?.wait(now());
    if (!ended) return;
    this.#hours.end(ended);
    this.#setup.statistics.people = 0;
  }

  /** Ends all tracks, also for the frames under way; returns the highest id that was given. It is to be closed then. */
  end(): number {
    const { lastId } = this;
    this.#endAll();
    this.#following = undefined;
    return lastId;
  }

  /** Takes no more frames, ends all tracks and completes the outputs. */
  async close(): Promise<void> {
    await this.#lane.close();
    this.#endAll();
    await Promise.all([this.#hours.close(), this.#drawing.close()]);
  }

  /** Takes a frame with the people found in it. */
  #take(following: Following, frame: CameraFrame, underWay: FrameUnderWay, detections: Detections): void {
    if (following !== this.#following) {
      frame.release?.(); // its pictures had another size
      return;
    }
    const { name, statistics, log } = this.#setup;
    const followed = following.take(underWay, frame, detections);
    const { people, ended } = followed;
    this.#hours.write(people);
    this.#setup.onPeople?.(followed);
    this.#hours.end(ended);
    this.#drawing.add(frame, followed);
    statistics.frameProcessed(frame.time, people.length);
    if (!underWay.detect || underWay.still()) return; // says nothing of the detector
    if (this.#failing) log.info({ camera: name }, 'people are followed again');
    this.#failing = false;
  }

  #leftOut(error: unknown): void {
    const fields = { camera: this.#setup.name, reason: messageOf(error) };
    if (!this.#failing) this.#setup.log.error(fields, 'frames are left out');
    this.#failing = true;
  }

  #endAll(): void {
    this.#hours.end(this.#following?.end() ?? []);
    this.#setup.statistics.people = 0;
  }
}
