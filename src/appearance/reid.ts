import type { Detections } from '../core/detections.ts';
import { type Boxes, sharedPart } from '../core/geometry.ts';
import type { CalibratedSimilarity } from './calibration.ts';
import { Gallery } from './gallery.ts';
import type { AppearanceParameters } from './parameters.ts';

/** A patch enters a gallery when at least this part of the person is visible: a patch of two people would fit both. */
const MIN_VISIBLE = 0.5;
/** … and at most this part of the detection lies where a lost person is predicted, whom it may show instead. */
const MAX_SHARED = 0.3;
/** How fast an unseen person may have moved, in box heights per second: a little faster than walking. */
const SPEED = 1.5;

/** Settings of re-identification. */
export interface ReidOptions {
  /** Compares embeddings. */
  readonly similarity: CalibratedSimilarity;
  /** A person unseen for up to this many seconds may be re-identified … */
  readonly reidSeconds: number;
  /** … from this similarity on. */
  readonly reidSimilarity: number;
  /** Size of the picture in pixels, when people who leave it get a new id on their return. */
  readonly picture?: { readonly width: number; readonly height: number } | undefined;
}

/**
 * The settings of re-identification that the parameters of the appearance stage ask for.
 *
 * @param similarity compares embeddings
 * @param picture size of the picture in pixels, where known
 */
export function reidOptions(
  similarity: CalibratedSimilarity,
  { reidSeconds, reidSimilarity, reidReturned }: AppearanceParameters,
  picture?: { readonly width: number; readonly height: number },
): ReidOptions {
  return { similarity, reidSeconds, reidSimilarity, picture: reidReturned ? undefined : picture };
}

/** A person as last or first seen. */
export interface Sighting {
  readonly gallery?: Gallery | undefined;
  /** x, y, w, h in source pixels. */
  readonly observed: Boxes;
}

/** What re-identification needs of a track. */
export interface ReidTrack extends Sighting {
  gallery: Gallery | undefined;
  /** Predicted or filtered x, y, w, h in source pixels. */
  readonly box: Boxes;
  /** Index of the detection taken in this frame, −1 for none. */
  readonly detection: number;
  /** Time of the first and of the last detection, seconds. */
  readonly firstTime: number;
  readonly lastTime: number;
}

/** Appearance of the tracked people: fills their galleries, compares them, and re-identifies the lost. */
export class Reidentification {
  private readonly model: CalibratedSimilarity;
  private readonly seconds: number;
  private readonly minSimilarity: number;
  private readonly picture: ReidOptions['picture'];
  private readonly minScore: number;

  /** @param minScore score from which a detection is surely a person */
  constructor({ similarity, reidSeconds, reidSimilarity, picture }: ReidOptions, minScore: number) {
    this.minScore = minScore;
    this.model = similarity;
    this.seconds = reidSeconds;
    this.minSimilarity = reidSimilarity;
    this.picture = picture;
  }

  /** Similarity, 0..1, of a track and detection `j`; NaN when either has no embedding. */
  similarity({ gallery }: Pick<ReidTrack, 'gallery'>, { embeddings }: Detections, j: number): number {
    if (!embeddings || !gallery || !hasEmbedding(embeddings, j, this.model)) return Number.NaN;
    return gallery.similarity(this.model, embeddings, j);
  }

  /**
   * Which of the lost tracks a new one continues.
   *
   * @returns the most similar; undefined when none is similar enough or could have walked there, or the new one enters at the edge
   */
  match<T extends ReidTrack>(entered: ReidTrack, lost: readonly T[], time: number): T | undefined {
    let best: T | undefined;
    let most = 0;
    for (const track of lost) {
      if (entered.firstTime <= track.lastTime) continue;
      const similarity = this.resemblance(track, entered, time - track.lastTime);
      if (similarity <= most) continue;
      most = similarity;
      best = track;
    }
    return best;
  }

  /** Whether a new track can be one of the lost by where it is, whatever it shows. */
  mayContinue(entered: ReidTrack, lost: readonly ReidTrack[], time: number): boolean {
    return lost.some(
      (track) =>
        entered.firstTime > track.lastTime &&
        track.gallery &&
        this.isWithinReach(track, entered, time - track.lastTime),
    );
  }

  /**
   * Similarity of a person to one who was first seen `seconds` later.
   *
   * @returns 0 when it is below the threshold, the way is too far to walk, or the later one enters at the edge
   */
  resemblance(former: Sighting, entered: Sighting, seconds: number): number {
    if (!former.gallery || !entered.gallery || !this.isWithinReach(former, entered, seconds)) return 0;
    const similarity = this.likeness(former, entered);
    return similarity >= this.minSimilarity ? similarity : 0;
  }

  /** Similarity, 0..1, of two people whatever the way between; NaN when either has no embeddings. */
  likeness(former: Pick<Sighting, 'gallery'>, entered: Pick<Sighting, 'gallery'>): number {
    if (!former.gallery || !entered.gallery) return Number.NaN;
    return former.gallery.similarityTo(this.model, entered.gallery);
  }

  /** Whether an unseen track may still be re-identified. */
  remembers({ gallery, lastTime, box }: ReidTrack, time: number): boolean {
    return gallery !== undefined && this.mayReturn(box, time - lastTime);
  }

  /** Whether a person who was last in `box` and has been unseen for `seconds` may be re-identified. */
  mayReturn(box: Boxes, seconds: number): boolean {
    return seconds <= this.seconds && !this.reachesEdge(box, 0);
  }

  /** Whether a person can walk from where `former` was last seen, and does not enter at the edge. */
  private isWithinReach(former: Sighting, { observed }: Sighting, seconds: number): boolean {
    return inReach(former.observed, observed, seconds) && !this.reachesEdge(observed, observed[2] / 2);
  }

  /** Whether a box comes within `margin` pixels of the edge of the picture, where people leave and enter. */
  private reachesEdge([x, y, w, h]: Boxes, margin: number): boolean {
    if (!this.picture) return false;
    const { width, height } = this.picture;
    return x < margin || y < margin || x + w > width - margin || y + h > height - margin;
  }

  /**
   * Adds the embeddings of this frame to the galleries, where a detection shows one person well and no other.
   *
   * @param lost tracks that are not seen in this frame
   */
  fillGalleries(
    tracks: readonly ReidTrack[],
    lost: readonly Pick<ReidTrack, 'box'>[],
    detections: Detections,
    time: number,
  ): void {
    const { embeddings, boxes, scores, length } = detections;
    if (!embeddings) return;
    for (const track of tracks) {
      const j = track.detection;
      if (j < 0 || scores[j] < this.minScore || !hasEmbedding(embeddings, j, this.model)) continue;
      if (!showsOnePerson(detections, j, lost)) continue;
      track.gallery ??= new Gallery(this.model.dimensions);
      track.gallery.add(embeddings, j, scores[j] * visiblePart(boxes, length, j), time);
    }
  }
}

/**
 * Whether detection `j` shows one person well and no other.
 *
 * @param lost tracks that are not seen in this frame: it may show one of them instead
 */
export function showsOnePerson(
  { boxes, length }: Detections,
  j: number,
  lost: readonly Pick<ReidTrack, 'box'>[],
): boolean {
  return (
    visiblePart(boxes, length, j) >= MIN_VISIBLE && !lost.some(({ box }) => sharedPart(boxes, j, box, 0) > MAX_SHARED)
  );
}

/** Whether a person can walk from box `a` to box `b` in this time. */
function inReach(a: Boxes, b: Boxes, seconds: number): boolean {
  const height = Math.max(a[3], b[3]);
  const distance = Math.hypot(a[0] + a[2] / 2 - b[0] - b[2] / 2, a[1] + a[3] / 2 - b[1] - b[3] / 2);
  return distance <= height * (1 + SPEED * seconds);
}

/** Whether detection `j` has an embedding. */
export function hasEmbedding(
  embeddings: Float32Array,
  j: number,
  { dimensions }: Pick<CalibratedSimilarity, 'dimensions'>,
): boolean {
  return !Number.isNaN(embeddings[j * dimensions]);
}

/** The part, 0..1, of box `j` that the other box which overlaps it most does not cover. */
export function visiblePart(boxes: Boxes, length: number, j: number): number {
  let most = 0;
  for (let i = 0; i < length; i++) if (i !== j) most = Math.max(most, sharedPart(boxes, j, boxes, i));
  return 1 - most;
}
