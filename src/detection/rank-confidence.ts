/** Below this score, in files whose scores are within 0..1, a detection is rarely a person whatever the detector. */
const FLOOR = 0.3;

/**
 * How often the detections at a rank (0 the lowest score of a file, 1 the highest) are people: measured at IoU 0.5 on the public Faster
 * R-CNN detections of MOT15, mean over the sequences; its ACF detections, of another scale altogether, agree within 0.1.
 */
const RANKS = [0, 0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 1];
const PRECISION = [0.22, 0.27, 0.41, 0.52, 0.64, 0.72, 0.82, 0.86, 0.92, 0.94, 0.96];

/**
 * Makes confidences of a file's scores. Detectors disagree about what a score means (a Faster R-CNN gives 0.9 to every second false positive, an
 * ACF gives 40), but the order within their files is alike: the rank of a score says how likely the box is a person.
 *
 * @param scores all scores of the file
 * @returns maps a score to a confidence, 0..1, rising
 */
export function rankConfidence(scores: Float32Array): (score: number) => number {
  const sorted = scores.slice().sort();
  const n = sorted.length;
  const inUnit = n > 0 && sorted[0] >= 0 && sorted[n - 1] <= 1;
  const from = inUnit ? lowerBound(sorted, FLOOR) : 0;
  return (score) => {
    if (inUnit && score < FLOOR) return (score / FLOOR) * PRECISION[0];
    // Equal scores share the middle of their ranks: a file of one score is half sure of each box.
    const middle = (lowerBound(sorted, score) + upperBound(sorted, score)) / 2;
    const rank = n > from ? Math.max(0, middle - from) / (n - from) : 0;
    let k = 1;
    while (k < RANKS.length - 1 && RANKS[k] < rank) k++;
    const part = (rank - RANKS[k - 1]) / (RANKS[k] - RANKS[k - 1]);
    return PRECISION[k - 1] + part * (PRECISION[k] - PRECISION[k - 1]);
  };
}

/** Number of values below x. */
function lowerBound(sorted: Float32Array, x: number): number {
  return bound(sorted, (value) => value < x);
}

/** Number of values up to x. */
function upperBound(sorted: Float32Array, x: number): number {
  return bound(sorted, (value) => value <= x);
}

/** Number of values at the front that are `before`. */
function bound(sorted: Float32Array, before: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(sorted[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}
