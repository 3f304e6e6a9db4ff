import { assign } from '../association/assignment.ts';
import { type AssociationScore, PairFeatures, type TrackColumns } from '../association/features.ts';
import { handSetScore } from '../association/hand-set.ts';
import type { Detections } from '../detection/detections.ts';
import { TwintrackError } from '../errors.ts';
import { iou, isBox } from '../geometry.ts';
import { estimateShift } from './camera-motion.ts';
import { KalmanBoxes } from './kalman.ts';
import { type Appearance, Looks } from './looks.ts';
import { type TrackingParameters, trackingParameters } from './parameters.ts';
import { Track } from './track.ts';

/**
 * Multi-object tracker: predicts each track by its Kalman filter, follows the camera, scores track–detection pairs, assigns them by
 * the Hungarian method (the sure detections first, then the doubtful ones: Zhang et al. 2022), and keeps the life cycle in seconds.
 * All state is the instance's own.
 */
export class Tracker {
  readonly parameters: TrackingParameters;
  /** What it makes of embeddings. */
  readonly looks: Looks | undefined;
  private readonly association: AssociationScore;
  private readonly filter: KalmanBoxes;
  private readonly pairs = new PairFeatures();
  private tracks: Track[] = [];
  /** Those who are not awaited any more, but may be recognised. */
  private away: Track[] = [];
  private freeSlots: number[] = [];
  private slots = 0;
  private nextId = 1;
  private time = Number.NEGATIVE_INFINITY;
  private columns = newColumns(16);
  private probabilities = new Float64Array(64);
  private readonly shift = new Float64Array(2);

  /**
   * @param parameters overrides of the defaults
   * @param association score of track–detection pairs
   * @param appearance what to make of the detections' embeddings; without it they are not looked at
   * @throws ZodError on a parameter outside its range
   */
  constructor(
    parameters: Partial<TrackingParameters> = {},
    association: AssociationScore = handSetScore,
    appearance?: Appearance,
  ) {
    this.parameters = trackingParameters.parse(parameters);
    this.association = association;
    this.looks = appearance && new Looks(appearance, this.parameters.highScore);
    const p = this.parameters;
    this.filter = new KalmanBoxes({
      position: p.positionNoise,
      size: p.sizeNoise,
      acceleration: p.accelerationNoise,
      growth: p.growthNoise,
      speed: p.initialSpeed,
      sizeRate: p.initialSizeRate,
    });
  }

  /** Number of tracks confirmed so far: the highest id given. */
  get confirmed(): number {
    return this.nextId - 1;
  }

  /** Forgets all tracks; ids start again at 1. */
  reset(): void {
    this.tracks = [];
    this.away = [];
    this.freeSlots = [];
    this.slots = 0;
    this.nextId = 1;
    this.time = Number.NEGATIVE_INFINITY;
  }

  /**
   * Takes in the next frame.
   *
   * @param detections the people found in it, source pixels; a row with a number that is not finite or without area is ignored
   * @param time its presentation time in seconds, later than that of the frame before
   * @param shift how the whole picture moved since the frame before, x and y in pixels, where it was measured in the picture itself;
   * without it the boxes tell
   * @returns every track that is seen or awaited, and for the last time those that went away or ended now. The objects live on from
   *   frame to frame; one that went away may come back.
   * @throws TwintrackError when time does not move forward
   */
  update(detections: Detections, time: number, shift?: readonly [x: number, y: number]): readonly Track[] {
    if (!(time > this.time))
      throw new TwintrackError(`frame time ${time} s: not later than ${this.time} s before it; feed frames in order`);
    this.removeEnded();
    const dt = Number.isFinite(this.time) ? time - this.time : 0;
    this.time = time;
    for (const track of this.tracks) {
      this.filter.predict(track.slot, dt);
      track.detection = -1;
    }
    const taken = new Uint8Array(detections.length);
    this.fillColumns();
    this.followCamera(detections, shift);
    const { highScore, lowScore, minProbability, minProbabilityLow } = this.parameters;
    const high = { from: highScore, to: Number.POSITIVE_INFINITY, minProbability };
    // Who is known comes first: a track on trial must not take the detection of somebody followed for long.
    this.match(detections, taken, false, high);
    this.match(detections, taken, false, { from: lowScore, to: highScore, minProbability: minProbabilityLow });
    this.match(detections, taken, true, high);
    for (const track of this.tracks) this.settle(track, detections);
    this.startTracks(detections, taken);
    this.looks?.fillGalleries(this.tracks, detections, this.time);
    this.recognise();
    this.giveUp();
    return this.tracks;
  }

  /** Matches the tracks that have no detection yet, either all on trial or all others, to the untaken detections of a range of scores. */
  private match(
    detections: Detections,
    taken: Uint8Array,
    tentative: boolean,
    { from, to, minProbability }: { from: number; to: number; minProbability: number },
  ): void {
    const trackUse = new Uint8Array(this.tracks.length);
    for (let i = 0; i < this.tracks.length; i++) {
      const track = this.tracks[i];
      trackUse[i] = track.detection < 0 && (track.state === 'tentative') === tentative ? 1 : 0;
    }
    const detectionUse = new Uint8Array(detections.length);
    let any = false;
    for (let j = 0; j < detections.length; j++) {
      const score = detections.scores[j];
      if (taken[j] || !(score >= from && score < to) || !isBox(detections.boxes, j)) continue;
      detectionUse[j] = 1;
      any = true;
    }
    if (!any) return;
    const pairs = this.pairs;
    pairs.compute(this.columns, trackUse, detections, detectionUse, this.parameters.gateDistance);
    this.looks?.compare(pairs, this.tracks, detections);
    if (this.probabilities.length < pairs.length) this.probabilities = new Float64Array(2 * pairs.length);
    this.association.score(pairs, this.probabilities);
    for (let k = 0; k < pairs.length; k++) pairs.costs[k] = cost(this.probabilities[k]);
    const assigned = assign(pairs, this.tracks.length, detections.length, cost(minProbability));
    for (let i = 0; i < assigned.length; i++) {
      if (assigned[i] < 0) continue;
      this.tracks[i].detection = assigned[i];
      taken[assigned[i]] = 1;
    }
  }

  /** Brings a track up to date with the detection it took, or with having taken none. */
  private settle(track: Track, detections: Detections): void {
    const p = this.parameters;
    if (track.detection >= 0) {
      this.filter.update(track.slot, detections.boxes, track.detection);
      track.observe(detections, track.detection, this.time);
      const seen = track.hits >= p.confirmHits && track.lastTime - track.firstTime >= p.confirmSeconds - 1e-9;
      if (seen) track.state = 'confirmed';
      this.readFilter(track);
    } else {
      this.readFilter(track);
      const unseen = this.time - track.lastTime;
      if (track.state === 'tentative') {
        if (unseen > p.tentativeSeconds) track.state = 'ended';
      } else if (unseen <= p.lostSeconds) track.state = 'lost';
      else track.state = this.looks?.remembers(track, this.time) ? 'away' : 'ended';
    }
  }

  /** Gives ids to those confirmed now: their own when they are recognised as somebody lost, else a new one. */
  private recognise(): void {
    for (const track of [...this.tracks]) {
      if (track.state !== 'confirmed' || track.id > 0) continue;
      const lost = [...this.away, ...this.tracks.filter(({ state }) => state === 'lost')];
      const former = this.looks?.recognise(track, lost, this.time);
      if (!former) track.id = this.nextId++;
      else this.resume(former, track);
    }
  }

  private resume(former: Track, newcomer: Track): void {
    if (former.state === 'away') {
      this.away.splice(this.away.indexOf(former), 1);
      this.tracks.push(former);
    } else this.freeSlots.push(former.slot);
    former.resume(newcomer);
    this.readFilter(former);
  }

  private startTracks(detections: Detections, taken: Uint8Array): void {
    const known = this.tracks.length;
    for (let j = 0; j < detections.length; j++) {
      if (taken[j] || !(detections.scores[j] >= this.parameters.newScore) || !isBox(detections.boxes, j)) continue;
      let duplicate = false;
      for (let i = 0; i < known && !duplicate; i++) {
        const track = this.tracks[i];
        duplicate = track.detection >= 0 && iou(track.box, 0, detections.boxes, j) > this.parameters.duplicateIou;
      }
      if (duplicate) continue;
      const track = new Track(this.freeSlots.pop() ?? this.slots++, this.time);
      this.filter.start(track.slot, detections.boxes, j);
      track.detection = j;
      track.observe(detections, j, this.time);
      if (this.parameters.confirmHits <= 1 && this.parameters.confirmSeconds <= 0) track.state = 'confirmed';
      this.readFilter(track);
      this.tracks.push(track);
    }
  }

  private removeEnded(): void {
    let kept = 0;
    for (const track of this.tracks) {
      const { state } = track;
      if (state !== 'ended' && state !== 'away') this.tracks[kept++] = track;
      else if (track.slot >= 0) this.freeSlots.push(track.slot);
      if (state !== 'away') continue;
      track.slot = -1;
      this.away.push(track);
    }
    this.tracks.length = kept;
  }

  /** Ends those who have been away for too long. */
  private giveUp(): void {
    for (const track of this.away) {
      if (this.looks?.remembers(track, this.time)) continue;
      track.state = 'ended';
      this.tracks.push(track);
    }
    this.away = this.away.filter(({ state }) => state === 'away');
  }

  private readFilter(track: Track): void {
    this.filter.box(track.slot, track.box, 0);
    if (track.detection >= 0) {
      const weight = this.parameters.observationWeight;
      for (let k = 0; k < 4; k++) track.box[k] += weight * (track.observed[k] - track.box[k]);
    }
    track.velocity[0] = this.filter.value(track.slot, 0, 1);
    track.velocity[1] = this.filter.value(track.slot, 1, 1);
  }

  /** Moves all tracks with the picture: as it was measured there, or when the detections agree that the camera moved. */
  private followCamera(detections: Detections, shift: readonly [x: number, y: number] | undefined): void {
    if (!this.parameters.cameraMotion) return;
    const c = this.columns;
    if (shift) this.shift.set(shift);
    else estimateShift(c, detections, this.parameters.highScore, this.shift);
    const [x, y] = this.shift;
    if (x === 0 && y === 0) return;
    for (let i = 0; i < this.tracks.length; i++) {
      this.filter.shift(this.tracks[i].slot, x, y);
      c.predicted[4 * i] += x;
      c.predicted[4 * i + 1] += y;
      c.last[4 * i] += x;
      c.last[4 * i + 1] += y;
      this.tracks[i].observed[0] += x;
      this.tracks[i].observed[1] += y;
    }
    for (const { observed } of this.away) {
      observed[0] += x;
      observed[1] += y;
    }
  }

  private fillColumns(): void {
    if (this.columns.gap.length < this.tracks.length) this.columns = newColumns(2 * this.tracks.length);
    const c = this.columns;
    c.length = this.tracks.length;
    for (let i = 0; i < this.tracks.length; i++) {
      const track = this.tracks[i];
      this.filter.box(track.slot, c.predicted, i);
      c.last.set(track.observed, 4 * i);
      const noise = (this.parameters.positionNoise * track.observed[3]) ** 2;
      c.deviation[2 * i] = Math.sqrt(this.filter.variance(track.slot, 0) + noise);
      c.deviation[2 * i + 1] = Math.sqrt(this.filter.variance(track.slot, 1) + noise);
      c.gap[i] = this.time - track.lastTime;
      c.span[i] = track.lastTime - track.firstTime;
      c.score[i] = track.score;
    }
  }
}

function newColumns(n: number): TrackColumns {
  return {
    length: 0,
    predicted: new Float64Array(4 * n),
    last: new Float64Array(4 * n),
    deviation: new Float64Array(2 * n),
    gap: new Float64Array(n),
    span: new Float64Array(n),
    score: new Float64Array(n),
  };
}

/** Cost of a pair: its negative log-odds, so that the cheapest assignment is the most probable one. */
function cost(probability: number): number {
  const p = Math.min(1 - 1e-9, Math.max(1e-9, probability));
  return Math.log((1 - p) / p);
}
