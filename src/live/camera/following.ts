import { resolveAreas } from '../../analytics/areas.ts';
import type { IgnoreCount } from '../../analytics/ignore.ts';
import { ZoneCounter } from '../../analytics/zone-counter.ts';
import type { Gallery } from '../../appearance/gallery.ts';
import { type Detections, NO_DETECTIONS } from '../../core/detections.ts';
import type { Frame } from '../../core/frame.ts';
import type { TrackedFrame } from '../../core/tracked-frame.ts';
import {
  createEngine,
  type EngineModels,
  type EngineStep,
  type EngineVideo,
  type FrameEngine,
  type FrameUnderWay,
} from '../../engine/frame-engine.ts';
import type { Track } from '../../tracking/track.ts';
import type { CameraFrame } from '../../video/camera/session.ts';
import { areaEvent, type LiveEvent, personEvent } from '../outputs/events.ts';
import type { CameraParameters } from '../parameters.ts';

/** What tracking the people in the pictures of one camera takes. */
export interface FollowingSetup {
  /** Name of the camera. */
  readonly camera: string;
  readonly video: EngineVideo;
  readonly parameters: CameraParameters;
  readonly models: EngineModels;
  /** Ids are counted on from here. */
  readonly lastId: number;
  /** Takes the events of people, zones and lines. */
  readonly onEvent: (event: LiveEvent) => void;
}

/** A frame with the people in it, and the ids of those who get no more observations. */
export interface Followed {
  readonly people: TrackedFrame;
  /** Where in the picture the origin of the first picture is. */
  readonly origin: readonly [x: number, y: number];
  /** The patches of a person so far, where there are some. */
  galleryOf(id: number): Gallery | undefined;
  readonly ended: readonly number[];
}

/**
 * Tracks the people in the pictures of one camera, as long as these stay of one size, and reports who was found, is still there, or has
 * left, and what they do at lines and zones. People are tracked by the camera's own clock, and reported by ours.
 */
export class Following {
  /** What was counted at lines and zones. */
  readonly counter: ZoneCounter;
  readonly #setup: FollowingSetup;
  readonly #engine: FrameEngine;
  /** Tracks that had a `started` event, and when they had the last event. */
  readonly #known = new Map<Track, number>();
  /** Time of the last frame by our clock, and by the one people are tracked by. */
  #time = Number.NEGATIVE_INFINITY;
  #elapsed = Number.NEGATIVE_INFINITY;

  /** @throws TwintrackError when an area lies outside the picture */
  constructor(setup: FollowingSetup) {
    const { parameters, models, video, lastId } = setup;
    this.#setup = setup;
    this.counter = new ZoneCounter(resolveAreas(parameters, video));
    this.#engine = createEngine(parameters, models, video, { lastId });
  }

  /** The highest id given so far. */
  get lastId(): number {
    return this.#setup.lastId + this.#engine.tracker.confirmed;
  }

  /** How many detections were left out in each ignore area. */
  get ignored(): readonly IgnoreCount[] {
    return this.#engine.ignored;
  }

  /** Starts on the next frame. */
  begin(frame: Frame): FrameUnderWay {
    return this.#engine.begin(frame);
  }

  /** Takes a frame that was begun with the people found in it; frames come in order, and some may be left out. */
  take(underWay: FrameUnderWay, { time, elapsed }: CameraFrame, detections: Detections): Followed {
    this.#advanceTo(time, elapsed);
    return this.#taken(this.#engine.track(underWay, detections, this.#elapsed));
  }

  /**
   * While the camera is offline no person is seen, which means nothing at first. Later people are given up as if they had left.
   *
   * @param time by `now()`
   * @returns the ids of those who were given up; undefined when there is none to wait for, or not for long enough
   */
  wait(time: number): readonly number[] | undefined {
    if (this.#known.size === 0 && this.counter.remembered === 0) return undefined;
    if (time - this.#time < this.#setup.parameters.live.outageSeconds) return undefined;
    this.#advanceTo(time, this.#elapsed + (time - this.#time));
    const { width, height } = this.#setup.video;
    return this.#taken(this.#engine.advance({ index: 0, time, width, height }, NO_DETECTIONS, this.#elapsed)).ended;
  }

  /** Ends all tracks: no person can be waited for any more. Returns their ids. */
  end(): readonly number[] {
    for (const event of this.counter.finish()) this.#setup.onEvent(areaEvent(event, this.#setup.camera));
    for (const track of this.#known.keys()) this.#report('ended', track);
    this.#known.clear();
    return this.#engine.end();
  }

  /** Both clocks only go forward. */
  #advanceTo(time: number, elapsed: number): void {
    this.#time = Math.max(time, this.#time + STEP);
    this.#elapsed = Math.max(elapsed, this.#elapsed + STEP);
  }

  #taken({ tracks, ended, ...step }: EngineStep): Followed {
    const people = { ...step.people, time: this.#time };
    this.#reportPeople(tracks);
    for (const event of this.counter.update(people)) this.#setup.onEvent(areaEvent(event, this.#setup.camera));
    return { people, ended, origin: step.origin, galleryOf: (id) => tracks.find((track) => track.id === id)?.gallery };
  }

  /** Reports who was found, is still there, or has left. */
  #reportPeople(tracks: readonly Track[]): void {
    const { eventRate } = this.#setup.parameters.live;
    for (const track of tracks) {
      const last = this.#known.get(track);
      if (track.state === 'confirmed') {
        // a little early, so that frames that come a little early do not halve the rate
        const due = last === undefined || (eventRate > 0 && this.#time - last >= 0.9 / eventRate);
        if (!due) continue;
        this.#known.set(track, this.#time);
        this.#report(last === undefined ? 'started' : 'updated', track);
      } else if (track.state === 'ended' && last !== undefined) {
        this.#report('ended', track);
        this.#known.delete(track);
      }
    }
  }

  #report(event: 'started' | 'updated' | 'ended', { id, box, observed, lastTime, lastScore }: Track): void {
    const ended = event === 'ended';
    const time = ended ? this.#time - (this.#elapsed - lastTime) : this.#time;
    const about = { id, time, score: lastScore };
    this.#setup.onEvent(personEvent(event, this.#setup.camera, about, ended ? observed : box, 0));
  }
}

/** Two frames are at least so many seconds apart. */
const STEP = 0.001;
