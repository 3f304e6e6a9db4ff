import { resolveAreas } from '../../analytics/areas.ts';
import { ZoneCounter } from '../../analytics/zone-counter.ts';
import { EmbeddingStage } from '../../appearance/embedding-stage.ts';
import type { AppearanceModel } from '../../appearance/siamese.ts';
import { calibrated } from '../../appearance/similarity.ts';
import type { AssociationScore } from '../../association/features.ts';
import { type Detections, NO_DETECTIONS } from '../../core/detections.ts';
import { trackedFrame } from '../../engine/online-run.ts';
import { PictureMotion, type PictureShift } from '../../tracking/camera-motion/from-pixels.ts';
import { type Track, type TrackedFrame, Tracker } from '../../tracking/index.ts';
import type { Frame, Letterbox } from '../../video/index.ts';
import { areaEvent, type LiveEvent, personEvent } from '../outputs/events.ts';
import type { CameraParameters } from '../parameters.ts';

/** What following people in the pictures of one camera takes. */
export interface FollowingSetup {
  /** Name of the camera. */
  readonly camera: string;
  /** Size of its pictures in pixels, and how they are fitted into the detector's input. */
  readonly size: { readonly width: number; readonly height: number };
  readonly letterbox: Letterbox | undefined;
  readonly parameters: CameraParameters;
  readonly association: AssociationScore;
  /** Compares how people look; absent when that is turned off. */
  readonly appearance: AppearanceModel | undefined;
  /** Ids are counted from here. */
  readonly lastId: number;
  /** Is told what people do. */
  readonly tell: (event: LiveEvent) => void;
}

/** A frame with the people in it, and the ids of those who get no more observations. */
export interface Followed {
  readonly people: TrackedFrame;
  readonly ended: readonly number[];
}

/**
 * Follows the people in the pictures of one camera, as long as these stay of one size, and tells who was found, is still there, or is gone,
 * and what they do at lines and zones.
 */
export class Following {
  /** What was counted at lines and zones. */
  readonly counter: ZoneCounter;
  readonly #setup: FollowingSetup;
  readonly #tracker: Tracker;
  readonly #embedding: EmbeddingStage | undefined;
  readonly #motion: PictureMotion | undefined;
  /** How far the picture has moved since the first one that was looked at, and had when the last one was followed. */
  #place: PictureShift = [0, 0];
  #placeBefore: PictureShift = [0, 0];
  /** Those who had a `started` event, and when they had the last event. */
  readonly #known = new Map<Track, number>();
  #time = Number.NEGATIVE_INFINITY;

  /** @throws TwintrackError when a zone or line lies outside the picture */
  constructor(setup: FollowingSetup) {
    const { parameters, association, appearance: model, size } = setup;
    const { tracking, appearance } = parameters;
    this.#setup = setup;
    this.counter = new ZoneCounter(resolveAreas(parameters, size));
    this.#motion = tracking.cameraMotion ? new PictureMotion() : undefined;
    if (!model) {
      this.#tracker = new Tracker(tracking, association);
      return;
    }
    const mode = appearance.mode === 'always' ? 'always' : 'auto';
    this.#embedding = new EmbeddingStage(model, { mode, minScore: tracking.lowScore, sureScore: tracking.highScore });
    const similarity = calibrated(model, appearance.weight, appearance.bias);
    const picture = appearance.reidReturned ? undefined : size;
    this.#tracker = new Tracker(tracking, association, { ...appearance, similarity, picture });
  }

  /** The highest id given so far. */
  get lastId(): number {
    return this.#setup.lastId + this.#tracker.confirmed;
  }

  /**
   * How far the picture has moved since the first. Frames are to be given in order, before the detector takes their input; one that is never
   * followed does no harm.
   */
  cameraOffset(frame: Frame): PictureShift | undefined {
    const shift = this.#motion?.follow(frame, this.#setup.letterbox);
    if (!shift) return undefined;
    this.#place = [this.#place[0] + shift[0], this.#place[1] + shift[1]];
    return this.#place;
  }

  /** Adds embeddings to what is being detected, as `EmbeddingStage` does. */
  embed(frame: Frame, detected: Promise<Detections>): Promise<Detections> {
    return this.#embedding?.embed(frame, detected) ?? detected;
  }

  /**
   * Takes the next frame with the people found in it.
   *
   * @param place as `cameraOffset` gave it
   */
  take(frame: Frame, detections: Detections, place: PictureShift | undefined): Followed {
    let shift: PictureShift | undefined;
    if (place) {
      shift = [place[0] - this.#placeBefore[0], place[1] - this.#placeBefore[1]];
      this.#placeBefore = place;
    }
    return this.#advance({ ...frame, time: Math.max(frame.time, this.#time + 0.001) }, detections, shift);
  }

  /**
   * While the camera is away nobody is seen, which means nothing at first. Later people are given up as if they had left.
   *
   * @param time by `now()`
   * @returns the ids of those who were given up; undefined when nobody is waited for, or not for long enough
   */
  wait(time: number): readonly number[] | undefined {
    if (this.#known.size === 0 && this.counter.remembered === 0) return undefined;
    if (time - this.#time < this.#setup.parameters.live.outageSeconds) return undefined;
    return this.#advance({ index: 0, time, ...this.#setup.size }, NO_DETECTIONS).ended;
  }

  /** Ends everybody: nobody can be waited for any more. Returns their ids. */
  end(): readonly number[] {
    for (const happened of this.counter.finish()) this.#setup.tell(areaEvent(happened, this.#setup.camera));
    for (const track of this.#known.keys()) this.#tellPerson('ended', track, track.lastTime);
    const ended = [...this.#known.keys()].map((track) => this.#idOf(track));
    this.#known.clear();
    return ended;
  }

  #advance(frame: Frame, detections: Detections, shift?: PictureShift): Followed {
    this.#time = frame.time;
    const tracks = this.#tracker.update(detections, frame.time, shift);
    const people = trackedFrame(tracks, frame);
    for (let i = 0; i < people.length; i++) people.ids[i] += this.#setup.lastId;
    const ended = this.#tellPeople(tracks);
    for (const happened of this.counter.update(people)) this.#setup.tell(areaEvent(happened, this.#setup.camera));
    return { people, ended };
  }

  /** Tells who was found, is still there, or is gone; returns the ids of the last. */
  #tellPeople(tracks: readonly Track[]): number[] {
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
        ended.push(this.#idOf(track));
      }
    }
    return ended;
  }

  #tellPerson(event: 'started' | 'updated' | 'ended', track: Track, time: number): void {
    const box = event === 'ended' ? track.observed : track.box;
    const about = { id: this.#idOf(track), time, score: track.lastScore };
    this.#setup.tell(personEvent(event, this.#setup.camera, about, box, 0));
  }

  #idOf(track: Track): number {
    return this.#setup.lastId + track.id;
  }
}
