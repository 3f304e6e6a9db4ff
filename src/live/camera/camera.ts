import { join } from 'node:path';
import type { Detections } from '../../core/detections.ts';
import { messageOf } from '../../core/errors.ts';
import type { EngineModels, FrameUnderWay } from '../../engine/frame-engine.ts';
import { makeFolder } from '../../files/make-folder.ts';
import { removeLeftOvers } from '../../files/temporary.ts';
import type { RunDescription } from '../../trajectories/index.ts';
import { addressOf } from '../../video/camera/address.ts';
import { now } from '../../video/camera/clock.ts';
import { type CameraFrame, CameraSession } from '../../video/camera/session.ts';
import type { VideoInfo } from '../../video/probe.ts';
import { isoTime } from '../clock.ts';
import type { Log } from '../monitoring/log.ts';
import type { PictureFeed } from '../monitoring/pictures.ts';
import { CameraStatistics, type CameraStatus, type PeopleHistory } from '../monitoring/statistics.ts';
import { EventLog, type LiveEvent } from '../outputs/events.ts';
import { HourlyTrajectories, recoverHours } from '../outputs/hourly-trajectories.ts';
import { highestId } from '../outputs/ids.ts';
import { recoverRecordings } from '../outputs/recorder.ts';
import type { CameraParameters } from '../parameters.ts';
import type { DetectorScheduler, Lane } from '../scheduler.ts';
import { CameraDrawing } from './drawing.ts';
import { Following } from './following.ts';
import type { CameraSource } from './source.ts';

/** What a camera works with. */
export interface CameraSetup {
  readonly source: CameraSource;
  readonly realtime: boolean;
  /** Folder of all cameras. */
  readonly out: string;
  readonly record: boolean;
  readonly parameters: CameraParameters;
  readonly models: EngineModels;
  readonly scheduler: DetectorScheduler;
  /** What its documents say of the run, besides the source. */
  readonly run: Omit<RunDescription, 'source'>;
  readonly onEvent: (event: LiveEvent) => void;
  readonly log: Log;
}

/** How often tracks are ended, while a camera is offline, of people who have waited for it too long. */
const TICK_SECONDS = 1;

/** One camera, from its session to its outputs. */
export class Camera {
  readonly source: CameraSource;
  readonly #drawing: CameraDrawing;
  readonly #setup: CameraSetup;
  readonly #statistics: CameraStatistics;
  readonly #events: EventLog;
  /** The highest id when it was started. */
  readonly #lastId: number;
  readonly #hours: HourlyTrajectories;
  readonly #lane: Lane;
  readonly #session: CameraSession;
  readonly #timer: NodeJS.Timeout;
  /** There is none until the size of the pictures is known. */
  #following: Following | undefined;
  /** Whether the last frame was left out. */
  #failing = false;

  /**
   * Starts a camera, after completing what an earlier process left unfinished in its folder.
   *
   * @throws TwintrackError when its address or its folder cannot be used
   */
  static async start(setup: CameraSetup): Promise<Camera> {
    const statistics = new CameraStatistics(setup.source.name);
    const trouble = {
      failed: (error: unknown) =>
        setup.log.error({ camera: statistics.name, reason: messageOf(error) }, 'cannot write'),
      lost: () => statistics.linesLost++,
    };
    const folder = join(setup.out, setup.source.name);
    await makeFolder(folder);
    removeLeftOvers(folder, true);
    await Promise.all([recoverHours(folder, trouble), recoverRecordings(folder, trouble)]);
    const [events, lastId] = [await EventLog.open(folder, trouble), await highestId(folder, trouble)];
    return new Camera(setup, statistics, folder, events, lastId, trouble);
  }

  private constructor(
    setup: CameraSetup,
    statistics: CameraStatistics,
    folder: string,
    events: EventLog,
    lastId: number,
    trouble: ConstructorParameters<typeof HourlyTrajectories>[2],
  ) {
    const { source, parameters, scheduler, models } = setup;
    const address = addressOf(source.url, setup.realtime);
    this.source = source;
    this.#setup = setup;
    this.#statistics = statistics;
    this.#events = events;
    this.#lastId = lastId;
    this.#drawing = new CameraDrawing({
      name: source.name,
      folder: setup.record ? folder : undefined,
      parameters,
      onFailure: (error) => setup.log.error({ camera: source.name, reason: messageOf(error) }, 'cannot record'),
    });
    const describe = (startedAt: string) => ({
      ...setup.run,
      source: { name: address.shown, ...statistics.size, startedAt },
    });
    this.#hours = new HourlyTrajectories(folder, describe, trouble);
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
    this.#session = new CameraSession(
      address,
      parameters.live,
      {
        letterbox: (...size) => models.detector.letterbox(...size),
        onFormat: (format) => this.#setFormat(format),
        onFrame: (frame) => {
          statistics.frameReceived();
          this.#lane.put(frame);
        },
        onConnected: () => this.#connected(),
        onOffline: (fault, retrySeconds) => this.#offline({ ...fault, retrySeconds }),
      },
      parameters.video.sar,
    );
    this.#timer = setInterval(() => this.#tick(), 1000 * TICK_SECONDS);
  }

  get status(): CameraStatus {
    const dropped = { dropped: this.#lane.dropped, recordingDropped: this.#drawing.dropped };
    return this.#statistics.status(dropped, this.#following);
  }

  /** The annotated pictures, for viewers. */
  get pictures(): PictureFeed {
    return this.#drawing.viewers;
  }

  get history(): PeopleHistory {
    return this.#statistics.history();
  }

  /** Ends the session and completes all outputs. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#session.stop();
    await this.#lane.close();
    this.#endAll();
    this.#statistics.state = 'offline';
    this.#report({ event: 'stopped', camera: this.source.name, time: isoTime(now()) });
    await Promise.all([this.#hours.close(), this.#events.close(), this.#drawing.close()]);
  }

  #setFormat(format: VideoInfo): void {
    const { width, height } = format;
    const { source, parameters, models } = this.#setup;
    const size = { width, height };
    const following = new Following({
      camera: source.name,
      video: format,
      ...{ parameters, models },
      lastId: this.#following?.lastId ?? this.#lastId,
      onEvent: (event) => this.#report(event),
    });
    this.#endAll(); // boxes in pictures of another size are of no use any more
    this.#following = following;
    this.#statistics.size = size;
    this.#hours.startAnew();
    this.#drawing.setFormat(format, following.counter);
  }

  #connected(): void {
    const statistics = this.#statistics;
    if (statistics.received > 0) statistics.reconnects++;
    statistics.state = 'live';
    statistics.fault = undefined;
    this.#setup.log.info({ camera: this.source.name, ...statistics.size }, 'live');
    this.#report({ event: 'connected', camera: this.source.name, time: isoTime(now()) });
  }

  #offline(fault: NonNullable<CameraStatus['fault']>): void {
    const statistics = this.#statistics;
    const { kind, reason } = fault;
    if (statistics.fault?.reason !== reason)
      this.#setup.log.warn({ camera: this.source.name, kind, reason }, 'offline; it is tried again and again');
    if (statistics.state === 'live') {
      this.#report({ event: 'disconnected', camera: this.source.name, time: isoTime(now()), reason });
    }
    statistics.state = 'offline';
    statistics.fault = fault;
  }

  /** Takes a frame with the people found in it. */
  #take(following: Following, frame: CameraFrame, underWay: FrameUnderWay, detections: Detections): void {
    if (following !== this.#following) {
      frame.release?.(); // its pictures had another size
      return;
    }
    const { people, ended } = following.take(underWay, frame, detections);
    this.#hours.write(people);
    this.#hours.end(ended);
    this.#drawing.add(frame, people);
    this.#statistics.frameProcessed(frame.time, people.length);
    this.#statistics.tracks = following.lastId - this.#lastId;
    if (this.#failing) this.#setup.log.info({ camera: this.source.name }, 'people are followed again');
    this.#failing = false;
  }

  #leftOut(error: unknown): void {
    const fields = { camera: this.source.name, reason: messageOf(error) };
    if (!this.#failing) this.#setup.log.error(fields, 'frames are left out');
    this.#failing = true;
  }

  #endAll(): void {
    this.#hours.end(this.#following?.end() ?? []);
    this.#statistics.people = 0;
  }

  #tick(): void {
    const ended = this.#following?.wait(now());
    if (!ended) return;
    this.#hours.end(ended);
    this.#statistics.people = 0;
  }

  #report(event: LiveEvent): void {
    this.#events.add(event);
    this.#setup.onEvent(event);
  }
}
