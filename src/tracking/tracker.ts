import { Reidentification, type ReidOptions } from '../appearance/reid.ts';
import { type AssociationScore, trackColumns } from '../association/features.ts';
import { type DetectionRow, type Detections, NO_DETECTIONS, toDetections } from '../core/detections.ts';
import { TwintrackError } from '../core/errors.ts';
import { iou, isBox } from '../core/geometry.ts';
import { parseSection } from '../core/schema.ts';
import { estimateShift } from './camera-motion/from-boxes.ts';
import { Doubles } from './doubles.ts';
import { Doubt } from './doubt.ts';
import { centreBank, sizeBank } from './filter-bank.ts';
import { FrameClock } from './frame-clock.ts';
import { KalmanBoxes } from './kalman.ts';
import { Matching } from './matching.ts';
import { type TrackingParameters, trackingParameters } from './parameters.ts';
import { Survival } from './survival.ts';
import { Track } from './track.ts';
import { toColumns } from './track-columns.ts';

/** Settings of {@link Tracker}. */
export interface TrackerOptions {
  /** Scores track–detection pairs. */
  readonly association: AssociationScore;
  /** Overrides of the defaults. */
  readonly parameters?: Partial<TrackingParameters> | undefined;
  /** How embeddings are compared; without it they are ignored. */
  readonly reid?: ReidOptions | undefined;
  /** Ids are counted on from here. Default 0: the first is 1. */
  readonly lastId?: number | undefined;
}

/**
 * The tracker expects people to change their speed so many times as suddenly as is likeliest: one that it expects to move too evenly is lost,
 * one that it expects to move less evenly is not.
 */
const MARGIN = 1.5;
/**
 * From this acceleration on, in heights/s^1.5, people change their speed suddenly: where one is expected says little of who is where, so that
 * the surest detections, of this probability or more, are given away before the others.
 */
const SUDDEN = 0.7;
const SURE = 0.7;

/**
 * Multi-object tracker: predicts each track by its Kalman filter, compensates the camera's motion, scores track–detection pairs, assigns them by
 * the Hungarian method (the sure detections first, then the doubtful ones: Zhang et al. 2022), and keeps the life cycle in seconds.
 * All state is the instance's own.
 */
export class Tracker {
  readonly parameters: TrackingParameters;
  /** Compares embeddings; undefined without an appearance model. */
  readonly reid: Reidentification | undefined;
  private readonly matching: Matching;
  private readonly filter: KalmanBoxes;
  /** Measure the noise of the scene, and give the boxes that are given out. */
  private readonly centres = centreBank();
  private readonly sizes = sizeBank();
  private readonly survival = new Survival();
  private readonly doubt = new Doubt();
  private readonly doubles = new Doubles();
  private tracks: Track[] = [];
  /** Not predicted any more, but may be re-identified. */
  private dormant: Track[] = [];
  private freeSlots: number[] = [];
  private slots = 0;
  private readonly lastId: number;
  private nextId: number;
  private readonly clock = new FrameClock();
  private columns = trackColumns(16);
  private readonly shift = new Float64Array(2);

  /** @throws TwintrackError on a parameter that is unknown or outside its range */
  constructor({ association, parameters = {}, reid, lastId = 0 }: TrackerOptions) {
    this.parameters = parseSection(trackingParameters, parameters, 'tracking');
    if (typeof association?.score !== 'function')
      throw new TwintrackError(
        'association: is missing; give a score of pairs such as handSetScore, or use createTracker()',
      );
    this.reid = reid && new Reidentification(reid, this.parameters.highScore);
    this.matching = new Matching(association, this.reid, this.parameters);
    this.lastId = lastId;
    this.nextId = lastId + 1;
    const p = this.parameters;
    this.filter = new KalmanBoxes({
      position: p.positionNoise,
      size: p.sizeNoise,
      acceleration: p.accelerationNoise === 'auto' ? MARGIN * this.centres.acceleration : p.accelerationNoise,
      growth: p.growthNoise,
      speed: p.initialSpeed,
      sizeRate: p.initialSizeRate,
    });
  }

  /** Number of tracks confirmed so far. */
  get confirmed(): number {
    return this.nextId - 1 - this.lastId;
  }

  /** How the picture moved before the last frame, x and y in pixels, as it was measured in the picture or estimated from the boxes. */
  get cameraShift(): readonly [x: number, y: number] {
    return [this.shift[0], this.shift[1]];
  }

  /** Forgets all tracks; ids start again. */
  reset(): void {
    const { centres, sizes, matching, doubt, doubles, survival, clock } = this;
    for (const part of [centres, sizes, matching, doubt, doubles, survival, clock]) part.reset();
    this.tracks = [];
    this.dormant = [];
    this.freeSlots = [];
    this.slots = 0;
    this.nextId = this.lastId + 1;
  }

  /**
   * Takes in the next frame.
   *
   * @param detections the people found in it, as columns or rows, source pixels; a row with a number that is not finite or without area
   *   is ignored
   * @param time its presentation time in seconds, later than that of the frame before
   * @param shift how the whole picture moved since the frame before, x and y in pixels, where it was measured in the picture itself;
   *   without it, it is estimated from the boxes
   * @returns every track that is seen or lost, and for the last time those that became dormant or ended now. The objects live on from
   *   frame to frame; a dormant one may come back.
   * @throws TwintrackError naming the field when the columns do not fit together, boxes are not in pixels, or time is not in seconds
   *   or does not move forward
   *
   * @example
   * const tracker = new Tracker({ association: handSetScore });
   * const tracks = tracker.update([{ box: [10, 20, 40, 100], score: 0.9 }], 0.04);
   * console.log(tracks[0].state); // confirmed
   */
  update(
    detections: Detections | readonly DetectionRow[],
    time: number,
    shift?: readonly [x: number, y: number],
  ): readonly Track[] {
    const checked = toDetections(detections);
    this.clock.requireSeconds(time);
    return this.step(checked, time, shift);
  }

  /** As {@link update}, for columns that are known to be sound. */
  step(found: Detections, time: number, shift?: readonly [x: number, y: number]): readonly Track[] {
    this.advanceTo(time);
    const detections = this.doubt.judge(found, this.survival.trust);
    const taken = new Uint8Array(detections.length);
    this.columns = toColumns(this.tracks, this.filter, this.clock.time, this.columns);
    this.compensateCameraMotion(detections, shift);
    const { highScore, lowScore } = this.parameters;
    const sure = this.centres.acceleration >= SUDDEN ? Math.max(SURE, highScore) : highScore;
    // Established tracks come first: a young one must not take the detection of a person tracked for long.
    const frame = { tracks: this.tracks, columns: this.columns, detections, taken };
    this.matching.match(frame, true, sure, Number.POSITIVE_INFINITY);
    if (sure > highScore) this.matching.match(frame, true, highScore, sure);
    this.matching.match(frame, true, lowScore, highScore);
    this.matching.match(frame, false, highScore, Number.POSITIVE_INFINITY);
    this.doubles.settle(this.tracks, this.columns.predicted);
    for (const track of this.tracks) this.settle(track, detections);
    this.startTracks(detections, taken);
    this.fillGalleries(detections);
    this.identify();
    this.endDormant();
    return this.tracks;
  }

  /**
   * Goes on to a frame in which the detector did not run: each track keeps its state, and its box is the expected one.
   *
   * @param time as in {@link update}
   * @param shift as in {@link update}; without it the camera is taken to stand still
   * @returns as {@link update} does
   * @throws TwintrackError when time does not move forward
   *
   * @example
   * const tracker = new Tracker({ association: handSetScore });
   * tracker.update([{ box: [10, 20, 40, 100], score: 0.9 }], 0);
   * console.log(tracker.predict(0.04)[0].detection); // -1
   */
  predict(time: number, shift?: readonly [x: number, y: number]): readonly Track[] {
    this.advanceTo(time);
    this.columns = toColumns(this.tracks, this.filter, this.clock.time, this.columns);
    this.compensateCameraMotion(NO_DETECTIONS, shift ?? [0, 0]);
    for (const track of this.tracks) this.readFilter(track);
    return this.tracks;
  }

  /** Moves all tracks to where they are expected at a time. */
  private advanceTo(time: number): void {
    const dt = this.clock.advance(time);
    this.removeEnded();
    this.centres.choose();
    this.sizes.choose();
    if (this.parameters.accelerationNoise === 'auto')
      this.filter.noise.acceleration = MARGIN * this.centres.acceleration;
    for (const track of this.tracks) {
      this.filter.predict(track.slot, dt);
      track.detection = -1;
    }
  }

  /** Brings a track up to date with the detection it took, or with having taken none. */
  private settle(track: Track, detections: Detections): void {
    const p = this.parameters;
    if (track.detection >= 0) {
      const passed = this.clock.time - track.lastTime;
      for (const bank of [this.centres, this.sizes])
        bank.observe(track.slot, detections.boxes, track.detection, passed);
      this.filter.update(track.slot, detections.boxes, track.detection);
      track.observe(detections, track.detection, this.clock.time);
      this.confirm(track);
      this.readFilter(track);
      return;
    }
    this.readFilter(track);
    const unseen = this.clock.time - track.lastTime;
    if (unseen <= (track.established ? p.lostSeconds : p.tentativeSeconds)) {
      if (track.state === 'confirmed') track.state = 'lost';
      return;
    }
    if (!track.established) this.survival.close(track, false);
    const mayReturn = track.established && this.reid?.remembers(track, this.clock.time);
    track.state = mayReturn ? 'dormant' : 'ended';
  }

  /** Confirms a track that was seen now, when it has been seen for long enough or is likely to be. */
  private confirm(track: Track): void {
    const p = this.parameters;
    const isNew = !track.established;
    if (isNew && track.hits >= p.confirmHits && track.lastTime - track.firstTime >= p.confirmSeconds - 1e-9) {
      track.established = true;
      this.survival.close(track, true);
    }
    const likely = !track.established && this.survival.observe(track) >= p.confirmProbability;
    if (track.established || track.id > 0 || likely) track.state = 'confirmed';
  }

  /** Gives an id to each track that is confirmed now: its own when it is re-identified, else a new one. */
  private identify(): void {
    const { reid } = this;
    const { time } = this.clock;
    for (const track of [...this.tracks]) {
      if (track.state !== 'confirmed' || track.id > 0) continue;
      const lost = reid ? [...this.dormant, ...this.tracks.filter(isLost)] : [];
      const former = reid?.match(track, lost, time);
      if (former) this.resume(former, track);
      else if (track.established || !reid?.mayContinue(track, lost, time)) track.id = this.nextId++;
      else track.state = 'tentative'; // who it is shows when it is established
    }
  }

  private resume(former: Track, entered: Track): void {
    if (former.state === 'dormant') {
      this.dormant.splice(this.dormant.indexOf(former), 1);
      this.tracks.push(former);
    } else this.freeSlots.push(former.slot);
    former.resume(entered);
    this.survival.close(entered, true);
    this.readFilter(former);
  }

  private fillGalleries(detections: Detections): void {
    if (!this.reid || !detections.embeddings) return;
    const lost = this.tracks.filter(isLost);
    this.reid.fillGalleries(this.tracks, lost, detections, this.clock.time);
  }

  private startTracks(detections: Detections, taken: Uint8Array): void {
    const known = this.tracks.length;
    for (let j = 0; j < detections.length; j++) {
      if (taken[j] || !(detections.scores[j] >= this.parameters.newScore) || !isBox(detections.boxes, j)) continue;
      let most = 0;
      let under: Track | undefined;
      for (let i = 0; i < known; i++) {
        const track = this.tracks[i];
        const overlap = track.detection < 0 ? 0 : iou(track.box, 0, detections.boxes, j);
        if (overlap <= most) continue;
        most = overlap;
        under = track;
      }
      if (most > this.parameters.duplicateIou) continue;
      const track = new Track(this.freeSlots.pop() ?? this.slots++, this.clock.time);
      this.filter.start(track.slot, detections.boxes, j);
      for (const bank of [this.centres, this.sizes]) bank.start(track.slot, detections.boxes, j);
      track.detection = j;
      track.observe(detections, j, this.clock.time);
      this.confirm(track);
      this.readFilter(track);
      this.tracks.push(track);
      if (under) this.doubles.begin(track, under, most);
    }
  }

  private removeEnded(): void {
    let kept = 0;
    for (const track of this.tracks) {
      const { state } = track;
      if (state !== 'ended' && state !== 'dormant') this.tracks[kept++] = track;
      else if (track.slot >= 0) this.freeSlots.push(track.slot);
      if (state !== 'dormant') continue;
      track.slot = -1;
      this.dormant.push(track);
    }
    this.tracks.length = kept;
  }

  /** Ends the tracks that have been dormant for too long. */
  private endDormant(): void {
    for (const track of this.dormant) {
      if (this.reid?.remembers(track, this.clock.time)) continue;
      track.state = 'ended';
      this.tracks.push(track);
    }
    this.dormant = this.dormant.filter(({ state }) => state === 'dormant');
  }

  private readFilter(track: Track): void {
    const { slot, box } = track;
    this.filter.box(slot, box, 0);
    if (track.detection >= 0) {
      for (const k of [0, 1] as const) {
        box[2 + k] = Math.max(1, this.sizes.value(slot, k, track.observed, 0));
        box[k] = this.centres.value(slot, k, track.observed, 0) - box[2 + k] / 2;
      }
    }
    track.velocity[0] = this.filter.value(track.slot, 0, 1);
    track.velocity[1] = this.filter.value(track.slot, 1, 1);
  }

  /** Moves all tracks with the picture: as it was measured there, or when the detections agree that the camera moved. */
  private compensateCameraMotion(detections: Detections, shift: readonly [x: number, y: number] | undefined): void {
    this.shift.fill(0);
    if (!this.parameters.cameraMotion) return;
    const c = this.columns;
    if (shift) this.shift.set(shift);
    else estimateShift(c, detections, this.parameters.highScore, this.shift);
    const [x, y] = this.shift;
    if (x === 0 && y === 0) return;
    for (let i = 0; i < this.tracks.length; i++) {
      this.filter.shift(this.tracks[i].slot, x, y);
      this.centres.shift(this.tracks[i].slot, x, y);
      c.predicted[4 * i] += x;
      c.predicted[4 * i + 1] += y;
      c.last[4 * i] += x;
      c.last[4 * i + 1] += y;
      this.tracks[i].observed[0] += x;
      this.tracks[i].observed[1] += y;
    }
    for (const { observed } of this.dormant) {
      observed[0] += x;
      observed[1] += y;
    }
  }
}

/** Whether a track is of a person who may be found again. */
function isLost({ state, established }: Track): boolean {
  return state === 'lost' && established;
}
