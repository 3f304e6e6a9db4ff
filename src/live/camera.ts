import { join } from 'node:path';
import { Annotator } from '../annotation/index.ts';
import type { AppearanceModel } from '../appearance/siamese.ts';
import { calibrated } from '../appearance/similarity-head.ts';
import { AppearanceStage } from '../appearance/stage.ts';
import type { AssociationScore } from '../association/features.ts';
import { type Detections, NO_DETECTIONS } from '../detection/detections.ts';
import { trackedFrame } from '../online-run.ts';
import { makeFolder } from '../outputs.ts';
import type { Parameters } from '../parameters.ts';
import { messageOf } from '../run.ts';
import { type Track, type TrackedFrame, Tracker } from '../tracking/index.ts';
import type { RunDescription } from '../trajectories/index.ts';
import type { Frame, Letterbox } from '../video/index.ts';
import { addressOf, type CameraSource } from './address.ts';
import { isoTime, now, wallTime } from './clock.ts';
import type { PictureFormat } from './connection.ts';
import { type CameraEvent, EventLog, type LiveEvent, personEvent } from './events.ts';
import { recoverHours, TrajectoryHours } from './hours.ts';
import type { Log } from './log.ts';
import { PictureFeed } from './pictures.ts';
import { Recorder, removeLeftOvers } from './recorder.ts';
import type { DetectorScheduler, Lane } from './scheduler.ts';
import { CameraSession } from './session.ts';
import { CameraStatistics, type CameraStatus, type PeopleHistory } from './statistics.ts';

/** What a camera works with. */
export interface CameraSetup {
  readonly source: CameraSource;
  readonly realtime: boolean;
  /** Folder of all cameras. */
  readonly out: string;
  readonly record: boolean;
  readonly parameters: Parameters;
  readonly association: AssociationScore;
  /** Compares how people look; absent when that is turned off. */
  readonly appearance: AppearanceModel | undefined;
  readonly scheduler: DetectorScheduler;
  readonly letterbox: (width: number, height: number) => Letterbox | undefined;
  /** What its documents say of the run, besides the source. */
  readonly run: Omit<RunDescription, 'source'>;
  readonly onEvent: (event: LiveEvent) => void;
  readonly log: Log;
}

/** How often it is looked whether people are to be given up while a camera is away. */
const TICK_SECONDS = 1;

/** One camera, from its session to its outputs. */
export class Camera {
  readonly source: CameraSource;
  readonly pictures: PictureFeed;
  readonly #setup: CameraSetup;
  readonly #statistics: CameraStatistics;
  readonly #folder: string;
  readonly #events: EventLog;
  readonly #hours: TrajectoryHours;
  readonly #lane: Lane;
  readonly #session: CameraSession;
  readonly #timer: NodeJS.Timeout;
  /** Those who had a `started` event, and when they had the last event. */
  readonly #known = new Map<Track, number>();
  /** Ids of the tracker are counted from here. */
  #idBase: number;
  #tracker: Tracker;
  #looks: AppearanceStage | undefined;
  #annotator: Annotator | undefined;
  #recorder: Recorder | undefined;
  #time = Number.NEGATIVE_INFINITY;

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
    removeLeftOvers(folder);
    await recoverHours(folder, trouble);
    return new Camera(setup, statistics, folder, await EventLog.open(folder, trouble), trouble);
  }

  private constructor(
    setup: CameraSetup,
    statistics: CameraStatistics,
    folder: string,
    events: EventLog,
    trouble: ConstructorParameters<typeof TrajectoryHours>[2],
  ) {
    const { source, parameters, scheduler, letterbox } = setup;
    const address = addressOf(source.url, setup.realtime);
    this.source = source;
    this.#setup = setup;
    this.#statistics = statistics;
    this.#folder = folder;
    this.#events = events;
    this.#idBase = events.lastId;
    this.#tracker = this.#newTracker();
    this.pictures = new PictureFeed(parameters.live);
    const describe = (startedAt: string) => ({
      ...setup.run,
      source: { name: address.shown, ...statistics.size, startedAt },
    });
    this.#hours = new TrajectoryHours(folder, describe, trouble);
    this.#lane = scheduler.open({
      describe: (frame, detected) => this.#looks?.describe(frame, detected) ?? detected,
      take: (frame, detections) => this.#take(frame, detections),
      failed: (error) => setup.log.error({ camera: source.name, reason: messageOf(error) }, 'a frame was left out'),
    });
    this.#session = new CameraSession(address, parameters.live, {
      letterbox,
      onFormat: (format) => this.#setFormat(format),
      onFrame: (frame) => {
        statistics.frameReceived();
        this.#lane.put(frame);
      },
      onConnected: () => this.#connected(),
      onAway: (fault, retrySeconds) => this.#away({ ...fault, retrySeconds }),
    });
    this.#timer = setInterval(() => this.#tick(), 1000 * TICK_SECONDS);
  }

  get status(): CameraStatus {
    return this.#statistics.status(this.#lane.dropped, this.#recorder?.dropped ?? 0);
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
    this.#tell({ event: 'stopped', camera: this.source.name, time: isoTime(now()) });
    this.pictures.close();
    await Promise.all([this.#hours.close(), this.#events.close(), this.#recorder?.close()]);
  }

  #setFormat(format: PictureFormat): void {
    const { width, height } = format;
    const { parameters, record } = this.#setup;
    this.#statistics.size = { width, height };
    this.#endAll(); // boxes of another size are of no use any more
    const { appearance } = this.#setup;
    const mode = parameters.appearance.mode === 'always' ? 'always' : 'auto';
    const { lowScore: minScore, highScore: sureScore } = parameters.tracking;
    this.#looks = appearance && new AppearanceStage(appearance, { mode, minScore, sureScore });
    this.#hours.closeFile();
    this.pictures.setFormat(format);
    const caption = (frame: TrackedFrame) => this.#caption(frame);
    this.#annotator = new Annotator({ width, height, caption, ...parameters.annotation });
    this.#recorder?.close();
    const failed = (error: unknown) =>
      this.#setup.log.error({ camera: this.source.name, reason: messageOf(error) }, 'cannot record');
    this.#recorder = record ? new Recorder(this.#folder, format, parameters.live.segmentSeconds, failed) : undefined;
  }

  #connected(): void {
    const statistics = this.#statistics;
    if (statistics.received > 0) statistics.reconnects++;
    statistics.state = 'live';
    statistics.fault = undefined;
    this.#setup.log.info({ camera: this.source.name, ...statistics.size }, 'live');
    this.#tell({ event: 'connected', camera: this.source.name, time: isoTime(now()) });
  }

  #away(fault: NonNullable<CameraStatus['fault']>): void {
    const statistics = this.#statistics;
    const { kind, reason } = fault;
    if (statistics.fault?.reason !== reason)
      this.#setup.log.warn({ camera: this.source.name, kind, reason }, 'offline; it is tried again and again');
    if (statistics.state === 'live') {
      this.#tell({ event: 'disconnected', camera: this.source.name, time: isoTime(now()), reason });
    }
    statistics.state = 'offline';
    statistics.fault = fault;
  }

  /** Takes a frame with the people found in it. */
  #take(frame: Frame, detections: Detections): void {
    this.#time = Math.max(frame.time, this.#time + 0.001);
    const tracks = this.#tracker.update(detections, this.#time);
    const people = trackedFrame(tracks, { ...frame, time: this.#time });
    for (let i = 0; i < people.length; i++) people.ids[i] += this.#idBase;
    this.#hours.write(people);
    this.#tellChanges(tracks);
    this.#draw(frame, people);
    this.#statistics.frameProcessed(frame.time, people.length);
    this.#statistics.tracks = this.#idBase - this.#events.lastId + this.#tracker.confirmed;
  }

  #draw({ pixels }: Frame, people: TrackedFrame): void {
    if (!pixels || !this.#annotator) return;
    const recorder = this.#recorder?.ready ? this.#recorder : undefined;
    const viewers = this.pictures.wants(people.time) ? this.pictures : undefined;
    if (!recorder && !viewers) return;
    this.#annotator.draw(pixels, people);
    recorder?.write(pixels, people.time);
    viewers?.offer(pixels, people.time);
  }

  #caption({ time, length }: TrackedFrame): string[] {
    const date = new Date(1000 * wallTime(time));
    const two = (n: number) => String(n).padStart(2, '0');
    const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
    return [this.source.name, `${day} ${clock}`, `${length} ${length === 1 ? 'person' : 'people'}`];
  }

  /** Tells who was found, is still there, or is gone. */
  #tellChanges(tracks: readonly Track[]): void {
    const { eventRate } = this.#setup.parameters.live;
    const ended: number[] = [];
    for (const track of tracks) {
      const last = this.#known.get(track);
      if (track.state === 'confirmed') {
        // a little early, so that frames that come a little early do not halve the rate
        const due = last === undefined || (eventRate > 0 && this.#time - last >= 0.9 / eventRate);
        if (!due) continue;
        this.#known.set(track, this.#time);
        this.#tellPerson(last === undefined ? 'started' : 'updated', track, this.#time);
      } else if (track.state === 'ended' && last !== undefined) {
        this.#tellPerson('ended', track, track.lastTime);
        this.#known.delete(track);
        ended.push(this.#idBase + track.id);
      }
    }
    this.#hours.end(ended);
  }

  #tellPerson(event: 'started' | 'updated' | 'ended', track: Track, time: number): void {
    const box = event === 'ended' ? track.observed : track.box;
    const about = { id: this.#idBase + track.id, time, score: track.lastScore };
    this.#tell(personEvent(event, this.source.name, about, box, 0));
  }

  #newTracker(): Tracker {
    const { parameters, association, appearance: model } = this.#setup;
    const { appearance } = parameters;
    if (!model) return new Tracker(parameters.tracking, association);
    const similarity = calibrated(model, appearance.weight, appearance.bias);
    const picture = appearance.recallReturned ? undefined : this.#statistics.size;
    return new Tracker(parameters.tracking, association, { ...appearance, similarity, picture });
  }

  /** Ends everybody: nobody can be awaited any more. */
  #endAll(): void {
    for (const track of this.#known.keys()) this.#tellPerson('ended', track, track.lastTime);
    this.#hours.end([...this.#known.keys()].map(({ id }) => this.#idBase + id));
    this.#known.clear();
    this.#idBase += this.#tracker.confirmed;
    this.#tracker = this.#newTracker();
    this.#statistics.people = 0;
  }

  /** While the camera is away, nobody is seen, which means nothing at first. Later people are given up as if they had left. */
  #tick(): void {
    const time = now();
    if (this.#known.size === 0 || time - this.#time < this.#setup.parameters.live.outageSeconds) return;
    this.#time = time;
    this.#tellChanges(this.#tracker.update(NO_DETECTIONS, time));
    this.#statistics.people = 0;
  }

  #tell(event: LiveEvent | CameraEvent): void {
    this.#events.add(event);
    this.#setup.onEvent(event);
  }
}
