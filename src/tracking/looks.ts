import { Gallery } from '../appearance/gallery.ts';
import type { Similarity } from '../appearance/similarity-head.ts';
import { FEATURE_COUNT, type PairFeatures, SIMILARITY } from '../association/features.ts';
import type { Detections } from '../detection/detections.ts';
import type { Boxes } from '../geometry.ts';
import type { Track } from './track.ts';

/** What the tracked people look like: fills galleries and compares them. */
export class Looks {
  private readonly model: Similarity;

  constructor(model: Similarity) {
    this.model = model;
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

  /** Remembers what a track looks like in detection `j`. */
  observe(track: Track, { embeddings, boxes, scores, length }: Detections, j: number, time: number): void {
    if (!embeddings || !isKnown(embeddings, j, this.model)) return;
    track.gallery ??= new Gallery(this.model.dimensions);
    track.gallery.add(embeddings, j, scores[j] * visiblePart(boxes, length, j), time);
  }
}

function isKnown(embeddings: Float32Array, j: number, { dimensions }: Similarity): boolean {
  return !Number.isNaN(embeddings[j * dimensions]);
}

/** The part, 0..1, of box `j` that the other box which overlaps it most does not cover. */
export function visiblePart(boxes: Boxes, length: number, j: number): number {
  const q = 4 * j;
  let most = 0;
  for (let i = 0; i < length; i++) {
    if (i === j) continue;
    const p = 4 * i;
    const w = Math.min(boxes[p] + boxes[p + 2], boxes[q] + boxes[q + 2]) - Math.max(boxes[p], boxes[q]);
    const h = Math.min(boxes[p + 1] + boxes[p + 3], boxes[q + 1] + boxes[q + 3]) - Math.max(boxes[p + 1], boxes[q + 1]);
    if (w > 0 && h > 0) most = Math.max(most, w * h);
  }
  return 1 - most / (boxes[q + 2] * boxes[q + 3]);
}
