import { join } from 'node:path';
import { messageOf, printable } from '../../core/errors.ts';
import type { Size } from '../../core/geometry.ts';
import type { EngineModels } from '../../engine/frame-engine.ts';
import type { DiskTrouble } from '../../files/append-file.ts';
import { makeFolder } from '../../files/make-folder.ts';
import { removeLeftOvers } from '../../files/temporary.ts';
import type { RunDescription } from '../../trajectories/index.ts';
import { addressOf } from '../../video/camera/address.ts';
import { now } from '../../video/camera/clock.ts';
import { CameraSession } from '../../video/camera/session.ts';
import type { CameraReading } from '../../video/probe.ts';
import { isoTime } from '../clock.ts';
import type { Log } from '../monitoring/log.ts';
import type { PictureFeed } from '../monitoring/pictures.ts';
import { type CameraState, CameraStatistics, type CameraStatus, type PeopleHistory } from '../monitoring/statistics.ts';
import { EventLog, type LiveEvent } from '../outputs/events.ts';
import { recoverHours } from '../outputs/hourly-trajectories.ts';
import { highestId } from '../outputs/ids.ts';
import { recoverRecordings } from '../outputs/recorder.ts';
import type { CameraParameters } from '../parameters.ts';
import type { DetectorScheduler } from '../scheduler.ts';
import type { Followed } from './following.ts';
import { Pipeline } from './pipeline.ts';
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
  /** Takes the people of each frame, with their patches, and the size of the pictures. */
  readonly onPeople?: ((followed: Followed, size: Size | undefined) => void) | undefined;
  /** What a person is called on the pictures, by the id of their track. */
  readonly nameOf?: ((id: number) => string | undefined) | undefined;
  readonly log: Log;
}

/** How often tracks are ended, while a camera is offline, of people who have waited for it too long. */
const TICK_SECONDS = 1;

/** One camera, from its session to its outputs. */
export class Camera {
  #setup: CameraSetup;
  readonly #statistics: CameraStatistics;
  readonly #events: EventLog;
  readonly #trouble: DiskTrouble;
  /** The highest id when it was started. */
  readonly #firstId: number;
  readonly #session: CameraSession;
  readonly #timer: NodeJS.Timeout;
  #pipeline: Pipeline;
  /** Why the camera is offline, as far as it was told since it was live: reasons may alternate from attempt to attempt. */
  readonly #told = new Set<string>();

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
    return new Camera(setup, statistics, events, lastId, trouble);
  }

  private constructor(
    setup: CameraSetup,
    statistics: CameraStatistics,
    events: EventLog,
    lastId: number,
    trouble: DiskTrouble,
  ) {
    this.#setup = setup;
    this.#statistics = statistics;
    this.#events = events;
    this.#trouble = trouble;
    this.#firstId = lastId;
    this.#pipeline = this.#makePipeline(lastId);
    this.#session = new CameraSession(
      addressOf(setup.source.url, setup.realtime, setup.source),
      setup.parameters.live,
      {
        letterbox: (...size) => this.#setup.models.detector.letterbox(...size),
        onFormat: (format) => this.#pipeline.setFormat(format),
        onFrame: (frame) => {
          statistics.frameReceived();
          this.#pipeline.put(frame);
        },
        onConnected: () => this.#connected(),
        onOffline: (fault, retrySeconds) => this.#offline({ ...fault, retrySeconds }),
      },
      readingOf(setup),
    );
    this.#timer = setInterval(() => this.#pipeline.wait(), 1000 * TICK_SECONDS);
  }

  get source(): CameraSource {
    return this.#setup.source;
  }

  get state(): CameraState {
    return this.#statistics.state;
  }

  get status(): CameraStatus {
    this.#statistics.tracks = this.#pipeline.lastId - this.#firstId;
    return this.#statistics.status(this.#pipeline.dropped, this.#pipeline.following);
  }

  /** The annotated pictures, for viewers. */
  get pictures(): PictureFeed {
    return this.#pipeline.pictures;
  }

  get history(): PeopleHistory {
    return this.#statistics.history();
  }

  /**
   * Goes over to another setup of the same source: the connection stays, unless the pictures are to be read in another way, and the next
   * frame is of the new one. Resolves when what was
   * under way is complete; the networks of the setup before are not needed then.
   */
  async reconfigure(setup: CameraSetup): Promise<void> {
    const before = this.#pipeline;
    this.#setup = setup;
    this.#pipeline = this.#makePipeline(before.end());
    this.#session.limits = setup.parameters.live;
    this.#session.reading = readingOf(setup);
    this.#session.reformat();
    await before.close();
  }

  /** Adds an event about its people. */
  report(event: LiveEvent): void {
    this.#report(event);
  }

  /** Ends the session and completes all outputs. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#session.stop();
    await this.#pipeline.close();
    this.#statistics.state = 'offline';
    this.#report({ event: 'stopped', camera: this.source.name, time: isoTime(now()) });
    await this.#events.close();
  }

  #makePipeline(lastId: number): Pipeline {
    const { source, out, ...setup } = this.#setup;
    return new Pipeline(
      {
        ...setup,
        name: source.name,
        shown: printable(source.url),
        folder: join(out, source.name),
        statistics: this.#statistics,
        onEvent: (event) => this.#report(event),
        onPeople: (followed) => setup.onPeople?.(followed, this.#statistics.size),
        trouble: this.#trouble,
      },
      lastId,
    );
  }

  #connected(): void {
    const statistics = this.#statistics;
    if (statistics.received > 0) statistics.reconnects++;
    statistics.state = 'live';
    statistics.fault = undefined;
    this.#told.clear();
    this.#setup.log.info({ camera: this.source.name, ...statistics.size }, 'live');
    this.#report({ event: 'connected', camera: this.source.name, time: isoTime(now()) });
  }

  #offline(fault: NonNullable<CameraStatus['fault']>): void {
    const statistics = this.#statistics;
    const { kind, reason } = fault;
    if (!this.#told.has(reason))
      this.#setup.log.warn({ camera: this.source.name, kind, reason }, 'offline; it is tried again and again');
    this.#told.add(reason);
    if (statistics.state === 'live') {
      this.#report({ event: 'disconnected', camera: this.source.name, time: isoTime(now()), reason });
    }
    statistics.state = 'offline';
    statistics.fault = fault;
  }

  #report(event: LiveEvent): void {
    this.#events.add(event);
    this.#setup.onEvent(event);
  }
}

/** How its pictures are to be read. */
function readingOf({ parameters }: CameraSetup): CameraReading {
  const { sar, deinterlace } = parameters.video;
  return { sar, deinterlace };
}
