import { Gallery } from '../appearance/gallery.ts';
import type { Similarity } from '../appearance/similarity-head.ts';
import { FEATURE_COUNT, type PairFeatures, SIMILARITY } from '../association/features.ts';
import type { Detections } from '../detection/detections.ts';
import type { Boxes } from '../geometry.ts';
import type { Track } from './track.ts';

/** A patch is remembered when at least this part of the person is visible: one of two people would fit both of them. */
const MIN_VISIBLE = 0.5;
/** … and at most this part of the detection is where somebody unseen is expected, whom it may show instead. */
const MAX_SHARED = 0.3;
/** How fast somebody may have gone while unseen, in box heights per second: a little more than one walks. */
const SPEED = 1.5;

/** What the tracker makes of embeddings. */
export interface Appearance {
  /** Compares them: the probability of being one person, at equal odds before. */
  readonly similarity: Similarity;
  /** Somebody unseen for up to this many seconds may be recognised … */
  readonly recallSeconds: number;
  /** … from this similarity on. */
  readonly recallSimilarity: number;
  /** Size of the picture in pixels, when those who leave it are to be somebody new when they come back. */
  readonly picture?: { readonly width: number; readonly height: number } | undefined;
}

/** Somebody as last or first seen. */
export interface Sighting {
  readonly gallery?: Gallery | undefined;
  /** x, y, w, h in source pixels. */
  readonly observed: Boxes;
}

/** What the tracked people look like: fills galleries and compares them. */
export class Looks {
  private readonly model: Similarity;
  private readonly recallSeconds: number;
  private readonly recallSimilarity: number;
  private readonly picture: Appearance['picture'];
  private readonly minScore: number;

  /** @param minScore score from which a detection is sure to show somebody */
  constructor({ similarity, recallSeconds, recallSimilarity, picture }: Appearance, minScore: number) {
    this.minScore = minScore;
    this.model = similarity;
    this.recallSeconds = recallSeconds;
    this.recallSimilarity = recallSimilarity;
    this.picture = picture;
  }

  /** Fills in the similarity of the pairs whose detection has an embedding and whose track has a gallery. */
  compare(pairs: PairFeatures, tracks: readonly Track[], { embeddings }: Detections): void {
    if (!embeddings) return;
    for (let k = 0; k < pairs.length; k++) {
      const j = pairs.columns[k];
      const gallery = tracks[pairs.rows[k]].gallery;
      if (!gallery || !isKnown(embeddings, j, this.model)) continue;
      pairs.values[k * FEATURE_COUNT + SIMILARITY] = gallery.similarity(this.model, embeddings, j);
    }
  }

  /**
   * Who among the lost a newcomer is.
   *
   * @returns the one most alike; undefined when nobody is that much, or could have come from where he was last seen, or the newcomer
   *   enters at the edge
   */
  recognise(newcomer: Track, lost: readonly Track[], time: number): Track | undefined {
    let best: Track | undefined;
    let most = 0;
    for (const track of lost) {
      if (newcomer.firstTime <= track.lastTime) continue;
      const similarity = this.resemblance(track, newcomer, time - track.lastTime);
      if (similarity <= most) continue;
      most = similarity;
      best = track;
    }
    return best;
  }

  /**
   * Similarity of somebody to a newcomer who was seen `seconds` later.
   *
   * @returns 0 when it is not enough to be recognised, or he could not have walked there, or the newcomer enters at the edge
   */
  resemblance(former: Sighting, newcomer: Sighting, seconds: number): number {
    if (!former.gallery || !newcomer.gallery || !inReach(former.observed, newcomer.observed, seconds)) return 0;
    if (this.reachesEdge(newcomer.observed, newcomer.observed[2] / 2)) return 0;
    const similarity = former.gallery.similarityTo(this.model, newcomer.gallery);
    return similarity >= this.recallSimilarity ? similarity : 0;
  }

  /** Whether a lost track may still be recognised. */
  remembers({ gallery, lastTime, box }: Track, time: number): boolean {
    return gallery !== undefined && this.mayReturn(box, time - lastTime);
  }

  /** Whether somebody who was last in `box` and has been unseen for `seconds` is somebody to be recognised. */
  mayReturn(box: Boxes, seconds: number): boolean {
    return seconds <= this.recallSeconds && !this.reachesEdge(box, 0);
  }

  /** Whether somebody is where people leave and enter: the box comes within `margin` pixels of the edge of the picture. */
  private reachesEdge([x, y, w, h]: Boxes, margin: number): boolean {
    if (!this.picture) return false;
    const { width, height } = this.picture;
    return x < margin || y < margin || x + w > width - margin || y + h > height - margin;
  }

  /** Remembers what those seen in this frame look like, where a detection shows one of them well and nobody else. */
  fillGalleries(tracks: readonly Track[], { embeddings, boxes, scores, length }: Detections, time: number): void {
    if (!embeddings) return;
    const hidden = tracks.filter(({ state }) => state === 'lost');
    for (const track of tracks) {
      const j = track.detection;
      if (j < 0 || scores[j] < this.minScore || !isKnown(embeddings, j, this.model)) continue;
      const visible = visiblePart(boxes, length, j);
      if (visible < MIN_VISIBLE || hidden.some(({ box }) => sharedPart(boxes, j, box, 0) > MAX_SHARED)) continue;
      track.gallery ??= new Gallery(this.model.dimensions);
      track.gallery.add(embeddings, j, scores[j] * visible, time);
    }
  }
}

/** Whether somebody could have come from box `a` to box `b` in this time. */
function inReach(a: Boxes, b: Boxes, seconds: number): boolean {
  const height = Math.max(a[3], b[3]);
  const distance = Math.hypot(a[0] + a[2] / 2 - b[0] - b[2] / 2, a[1] + a[3] / 2 - b[1] - b[3] / 2);
  return distance <= height * (1 + SPEED * seconds);
}

/** Whether detection `j` was looked at. */
export function isKnown(embeddings: Float32Array, j: number, { dimensions }: Pick<Similarity, 'dimensions'>): boolean {
  return !Number.isNaN(embeddings[j * dimensions]);
}

/** The part, 0..1, of box `j` that the other box which overlaps it most does not cover. */
export function visiblePart(boxes: Boxes, length: number, j: number): number {
  let most = 0;
  for (let i = 0; i < length; i++) if (i !== j) most = Math.max(most, sharedPart(boxes, j, boxes, i));
  return 1 - most;
}

/** The part, 0..1, of box `j` of `boxes` that lies in box `i` of `others`. */
function sharedPart(boxes: Boxes, j: number, others: Boxes, i: number): number {
  const [p, q] = [4 * i, 4 * j];
  const w = Math.min(others[p] + others[p + 2], boxes[q] + boxes[q + 2]) - Math.max(others[p], boxes[q]);
  const h =
    Math.min(others[p + 1] + others[p + 3], boxes[q + 1] + boxes[q + 3]) - Math.max(others[p + 1], boxes[q + 1]);
  return w > 0 && h > 0 ? (w * h) / (boxes[q + 2] * boxes[q + 3]) : 0;
}
