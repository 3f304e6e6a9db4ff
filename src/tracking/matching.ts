import type { Reidentification } from '../appearance/reid.ts';
import { assign } from '../association/assignment.ts';
import {
  type AssociationScore,
  FEATURE_COUNT,
  FEATURES,
  PairFeatures,
  SIMILARITY,
  type TrackColumns,
} from '../association/features.ts';
import { HeightChanges } from '../association/height-changes.ts';
import type { Detections } from '../core/detections.ts';
import { iou, isBox } from '../core/geometry.ts';
import { logOdds } from '../core/probability.ts';
import type { TrackingParameters } from './parameters.ts';
import type { Track } from './track.ts';

const IOU = FEATURES.indexOf('iou');

/** Log-odds of pairs are those of a doubt of at least this much. */
const LEAST_DOUBT = 1e-9;
/** The last box of a person seen within so many seconds says where someone is who did not go on as expected. */
const RECENT = 0.3;

/** Where a {@link Matching} finds the tracks and detections of a frame. */
export interface FrameToMatch {
  readonly tracks: readonly Track[];
  /** Of the tracks, where they are expected. */
  readonly columns: TrackColumns;
  readonly detections: Detections;
  /** 1 for each detection that a track has. */
  readonly taken: Uint8Array;
}

/** Gives detections to tracks: scores the pairs that can be one person, and takes the most probable assignment. */
export class Matching {
  private readonly association: AssociationScore;
  private readonly reid: Reidentification | undefined;
  private readonly parameters: TrackingParameters;
  private readonly heights = new HeightChanges();
  private readonly pairs = new PairFeatures();
  private probabilities = new Float64Array(64);

  constructor(association: AssociationScore, reid: Reidentification | undefined, parameters: TrackingParameters) {
    this.association = association;
    this.reid = reid;
    this.parameters = parameters;
  }

  /** Forgets what heights were measured. */
  reset(): void {
    this.heights.reset();
  }

  /**
   * Matches the tracks that have no detection yet, either the established ones or the others, to the untaken detections of a range of scores:
   * fills in `detection` of the tracks, and `taken`.
   */
  match(frame: FrameToMatch, established: boolean, from: number, to: number): void {
    const { tracks, columns, detections, taken } = frame;
    const trackUse = new Uint8Array(tracks.length);
    for (let i = 0; i < tracks.length; i++)
      if (tracks[i].detection < 0 && tracks[i].established === established) trackUse[i] = 1;
    const detectionUse = new Uint8Array(detections.length);
    let any = false;
    for (let j = 0; j < detections.length; j++) {
      const score = detections.scores[j];
      if (taken[j] || !(score >= from && score < to) || !isBox(detections.boxes, j)) continue;
      detectionUse[j] = 1;
      any = true;
    }
    if (!any) return;
    const { pairs } = this;
    const { gateDistance, highScore } = this.parameters;
    pairs.compute(columns, trackUse, detections, detectionUse, gateDistance);
    if (established && from >= highScore) this.heights.observe(pairs);
    this.heights.fill(pairs);
    this.fillSimilarities(tracks, detections);
    if (this.probabilities.length < pairs.length) this.probabilities = new Float64Array(2 * pairs.length);
    this.association.score(pairs, this.probabilities);
    this.fillCosts(frame, from >= highScore);
    const assigned = assign(pairs, tracks.length, detections.length, 0);
    for (let i = 0; i < assigned.length; i++) {
      if (assigned[i] < 0) continue;
      tracks[i].detection = assigned[i];
      taken[assigned[i]] = 1;
    }
  }

  /** Costs are negative log-odds, from those on that a pair must have: the cheapest assignment is the most probable one. */
  private fillCosts(frame: FrameToMatch, sure: boolean): void {
    const { pairs, probabilities } = this;
    const { minProbability, minProbabilityAlone, minProbabilityTurned, minProbabilityLow } = this.parameters;
    const least = logOdds(sure ? minProbability : minProbabilityLow, LEAST_DOUBT);
    const alone = logOdds(minProbabilityAlone, LEAST_DOUBT);
    const turned = logOdds(minProbabilityTurned, LEAST_DOUBT);
    for (let k = 0; k < pairs.length; k++) {
      let needed = least;
      if (sure && pairs.isAlone(k)) needed = this.hasTurned(k, frame) ? turned : alone;
      pairs.costs[k] = needed - logOdds(probabilities[k], LEAST_DOUBT);
    }
  }

  /** Whether the detection of pair `k` overlaps the box that the person had a moment ago as much as the expected one, or more. */
  private hasTurned(k: number, { columns, detections }: FrameToMatch): boolean {
    const { rows, columns: detectionOf, values } = this.pairs;
    const i = rows[k];
    if (columns.gap[i] > RECENT) return false;
    return iou(columns.last, i, detections.boxes, detectionOf[k]) >= values[k * FEATURE_COUNT + IOU];
  }

  private fillSimilarities(tracks: readonly Track[], detections: Detections): void {
    const { pairs, reid } = this;
    if (!reid || !detections.embeddings) return;
    for (let k = 0; k < pairs.length; k++) {
      const track = tracks[pairs.rows[k]];
      pairs.values[k * FEATURE_COUNT + SIMILARITY] = reid.similarity(track, detections, pairs.columns[k]);
    }
  }
}
