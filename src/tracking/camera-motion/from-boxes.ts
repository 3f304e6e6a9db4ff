import type { TrackColumns } from '../../association/features.ts';
import type { Detections } from '../../core/detections.ts';

/** Largest shift considered, and how well people must agree on it, in box heights. */
const REACH = 0.5;
const TOLERANCE = 0.1;
/** At most about twice this many proposals are voted on. */
const MOST_PROPOSALS = 100;
/** A track unseen for longer than this many seconds does not vote. */
const RECENT = 0.35;

/**
 * Shift of the whole picture against what the tracks predict, from the boxes alone. Every pair of a recently seen track and a detection of
 * its size proposes a shift; the proposal that explains most tracks wins, when at least three tracks follow it and clearly more than
 * without it. Image shift is taken as one translation, which holds for a camera that pans, tilts or shakes.
 *
 * @param tracks predicted boxes and gaps
 * @param detections the frame's detections
 * @param minScore detections below this score do not vote
 * @param out receives x and y in pixels: (0, 0) when there is no agreement
 */
export function estimateShift(tracks: TrackColumns, detections: Detections, minScore: number, out: Float64Array): void {
  out[0] = 0;
  out[1] = 0;
  const a = tracks.predicted;
  const b = detections.boxes;
  // Proposals: track, shift x, shift y, height.
  const owner: number[] = [];
  const xs: number[] = [];
  const ys: number[] = [];
  const heights: number[] = [];
  for (let i = 0; i < tracks.length; i++) {
    if (tracks.gap[i] > RECENT) continue;
    const h = a[4 * i + 3];
    for (let j = 0; j < detections.length; j++) {
      if (!(detections.scores[j] >= minScore)) continue;
      const x = b[4 * j] + b[4 * j + 2] / 2 - a[4 * i] - a[4 * i + 2] / 2;
      if (Math.abs(x) > REACH * h) continue;
      const ratio = b[4 * j + 3] / h;
      if (!(ratio > 0.8 && ratio < 1.25)) continue;
      const y = b[4 * j + 1] + b[4 * j + 3] / 2 - a[4 * i + 1] - h / 2;
      if (Math.abs(y) > REACH * h) continue;
      owner.push(i);
      xs.push(x);
      ys.push(y);
      heights.push(h);
    }
  }
  const votes = (x: number, y: number, refine: boolean): number => {
    let count = 0;
    let sumX = 0;
    let sumY = 0;
    for (let k = 0; k < owner.length; ) {
      let best = 0;
      let at = -1;
      const track = owner[k];
      for (; k < owner.length && owner[k] === track; k++) {
        const t = TOLERANCE * heights[k];
        const d = ((xs[k] - x) ** 2 + (ys[k] - y) ** 2) / (t * t);
        const vote = d < 1 ? 1 - d : 0;
        if (vote > best) {
          best = vote;
          at = k;
        }
      }
      count += best;
      if (refine && at >= 0) {
        sumX += best * xs[at];
        sumY += best * ys[at];
      }
    }
    if (refine && count > 0) {
      out[0] = sumX / count;
      out[1] = sumY / count;
    }
    return count;
  };
  const still = votes(0, 0, false);
  let most = 0;
  let at = -1;
  // In a crowd a sample of the proposals does: when the picture moved, most tracks propose the right shift.
  const step = Math.max(1, Math.floor(owner.length / MOST_PROPOSALS));
  for (let k = 0; k < owner.length; k += step) {
    const count = votes(xs[k], ys[k], false);
    if (count > most) {
      most = count;
      at = k;
    }
  }
  if (at >= 0 && most >= 2 && most > 1.3 * still + 0.5) votes(xs[at], ys[at], true);
}
