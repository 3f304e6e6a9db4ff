/** Figures of probabilities: how well they separate the classes, and how accurate they are. */
export interface ProbabilityFigures {
  /** Probability that a positive example scores above a negative one, ties counting half; NaN when a class is absent. */
  readonly auc: number;
  /** Mean of −log of the probability given to the truth. */
  readonly logLoss: number;
}

/** Examples whose probability falls in [from, to). */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean probability, and share of positives; NaN in an empty bin. */
  readonly predicted: number;
  readonly observed: number;
}

/** A probability is taken to be no closer to 0 or 1 than this, so that one sure mistake does not make the loss infinite. */
const SURE = 1e-6;

/** AUC and log-loss of probabilities for labels 0 or 1. */
export function probabilityFigures(probabilities: Float64Array, labels: Uint8Array): ProbabilityFigures {
  return { auc: areaUnderCurve(probabilities, labels), logLoss: logLoss(probabilities, labels) };
}

/** Mean of −log of the probability given to the truth; NaN without examples. */
export function logLoss(probabilities: Float64Array, labels: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const p = Math.min(1 - SURE, Math.max(SURE, probabilities[i]));
    sum -= Math.log(labels[i] ? p : 1 - p);
  }
  return sum / labels.length;
}

/** Area under the receiver operating characteristic, by ranks (Mann & Whitney 1947). */
export function areaUnderCurve(probabilities: Float64Array, labels: Uint8Array): number {
  const order = Uint32Array.from(probabilities, (_, i) => i).sort((a, b) => probabilities[a] - probabilities[b]);
  let positives = 0;
  let ranks = 0;
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && probabilities[order[to]] === probabilities[order[from]]) to++;
    let count = 0;
    for (let k = from; k < to; k++) count += labels[order[k]];
    positives += count;
    ranks += (count * (from + 1 + to)) / 2;
    from = to;
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}

/**
 * Reliability of probabilities in bins of equal width.
 *
 * @param weights how much an example of label 0 and of label 1 counts
 */
export function calibration(
  probabilities: Float64Array,
  labels: Uint8Array,
  bins = 10,
  weights: readonly [number, number] = [1, 1],
): CalibrationBin[] {
  return Array.from({ length: bins }, (_, b) => {
    let [count, weight, predicted, observed] = [0, 0, 0, 0];
    for (let i = 0; i < labels.length; i++) {
      if (Math.min(bins - 1, Math.floor(bins * probabilities[i])) !== b) continue;
      const w = weights[labels[i]];
      count++;
      weight += w;
      predicted += w * probabilities[i];
      observed += w * labels[i];
    }
    return { from: b / bins, to: (b + 1) / bins, count, predicted: predicted / weight, observed: observed / weight };
  });
}
