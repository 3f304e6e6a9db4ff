import { FEATURE_COUNT, FEATURES, type PairFeatures } from './features.ts';

const IOU = FEATURES.indexOf('iou');
const HEIGHT = FEATURES.indexOf('heightDifference');
const GAP = FEATURES.indexOf('gap');
const TRACK_RIVALS = FEATURES.indexOf('trackRivals');
const DETECTION_RIVALS = FEATURES.indexOf('detectionRivals');
const ODDS = FEATURES.indexOf('heightOdds');

/** Classes of relative difference, and their width; the last has all larger ones. */
const CLASSES = 12;
const WIDTH = 0.025;
/** A pair counts when it overlaps by this much, more than with anyone else, after no more seconds than this. */
const OVERLAP = 0.4;
const RECENT = 0.25;
/** How fast differences get rarer: among pairs of two people, and among those of one as long as little is known. */
const OTHERS = 18;
const EXPECTED = 10;
/** Pairs that the expectation counts for; those to begin with; and those after which older ones count half. */
const PRIOR = 20;
const FIRST = 50;
const MEMORY = 20_000;

/**
 * How much the height of a person's box differs from the expected one, as this video shows it. Where a detector draws the whole person and people
 * walk, a box half as tall again is of someone else; where people bend down, or are seen in part, it is not.
 */
export class HeightChanges {
  private readonly counts = new Float64Array(CLASSES);
  private total = 0;
  private readonly odds = new Float64Array(CLASSES);

  /** Takes in the candidate pairs of a frame: those that overlap most are of one person, nearly always. */
  observe({ length, values }: PairFeatures): void {
    for (let o = 0; o < length * FEATURE_COUNT; o += FEATURE_COUNT) {
      const overlap = values[o + IOU];
      if (overlap < OVERLAP || values[o + GAP] > RECENT) continue;
      if (values[o + TRACK_RIVALS] >= overlap || values[o + DETECTION_RIVALS] >= overlap) continue;
      this.counts[classOf(values[o + HEIGHT])]++;
      this.total++;
    }
    if (this.total >= FIRST) this.weigh();
    if (this.total < MEMORY) return;
    this.total /= 2;
    for (let k = 0; k < CLASSES; k++) this.counts[k] /= 2;
  }

  /** Fills in {@link FEATURES} heightOdds of candidate pairs: 0 where the height says nothing against the pair, else below. */
  fill({ length, values }: PairFeatures): void {
    for (let o = 0; o < length * FEATURE_COUNT; o += FEATURE_COUNT)
      values[o + ODDS] = this.odds[classOf(values[o + HEIGHT])];
  }

  /** Forgets all. */
  reset(): void {
    this.counts.fill(0);
    this.odds.fill(0);
    this.total = 0;
  }

  /** The log-odds of each class that a pair is of one person, relative to pairs without a difference: never more than that of a smaller one. */
  private weigh(): void {
    for (let k = 1; k < CLASSES; k++) {
      const same = (this.counts[k] + PRIOR * Math.exp(-EXPECTED * WIDTH * k)) / (this.counts[0] + PRIOR);
      this.odds[k] = Math.min(this.odds[k - 1], Math.log(same) + OTHERS * WIDTH * k);
    }
  }
}

function classOf(difference: number): number {
  return Math.min(CLASSES - 1, Math.floor(Math.abs(difference) / WIDTH));
}
