import type { CalibratedSimilarity } from '../../appearance/calibration.ts';
import { AT_ONCE, COMMON, FIRST_PATCHES, highOf, MOST_PATCHES, POSSIBLE, patchOdds, Strangers } from '../tracklet.ts';
import type { Stay, View } from './stay.ts';

/** A stay of so many patches is not compared again, when it has more, with those who are surely others. */
const FIRM_PATCHES = 3;
/** The mean of how much alike others are runs over so many stays. */
const MEMORY = 1000;
/** A stay is compared with so many that were elsewhere at the same time. */
const MOST_AT_ONCE = 5;

/** A stay before with all that is compared of it. */
export interface Earlier {
  readonly stay: Stay;
  readonly views: readonly View[];
  readonly version: number;
}

/** What a later stay was compared with. */
interface Compared {
  version: number;
  readonly odds: Map<Stay, { readonly version: number; readonly odds: number; readonly firm: boolean }>;
}

/** Compares stays by appearance, as `AppearanceOdds` does with whole tracklets. */
export class StayComparison {
  readonly #model: CalibratedSimilarity;
  readonly #compared = new WeakMap<Stay, Compared>();
  readonly #strangers = new Strangers();
  #mean = 0;
  #count = 0;

  constructor(model: CalibratedSimilarity) {
    this.#model = model;
  }

  /** Log-odds that each of several stays before is of one person with a later one; NaN where one has no patches. */
  of(earlier: readonly Earlier[], later: Stay): Float64Array {
    const compared = this.#compared.get(later) ?? { version: -1, odds: new Map() };
    this.#compared.set(later, compared);
    const odds = Float64Array.from(earlier, (one) => this.#plain(one, later, compared));
    if (compared.version !== later.version) {
      compared.version = later.version;
      later.high = highOf([...odds].filter((v, i) => earlier[i].stay.left !== later.entered && !Number.isNaN(v)));
      if (compared.odds.size > 2 * earlier.length) {
        const there = new Set(earlier.map(({ stay }) => stay));
        for (const stay of compared.odds.keys()) if (!there.has(stay)) compared.odds.delete(stay);
      }
    }
    const common = this.#common(later);
    return odds.map((value, i) => value - COMMON * (common + this.#common(earlier[i].stay)));
  }

  /** It is decided whom a stay follows. @param others those who may have been elsewhere at the same time */
  decided(stay: Stay, others: Iterable<Stay>): void {
    this.#compared.delete(stay);
    if (!Number.isNaN(stay.high)) {
      this.#count = Math.min(MEMORY, this.#count + 1);
      this.#mean += (stay.high - this.#mean) / this.#count;
    }
    let count = 0;
    for (const other of others) {
      if (other === stay || Math.min(stay.to, other.to) - Math.max(stay.from, other.from) < AT_ONCE) continue;
      const common = COMMON * (this.#common(stay) + this.#common(other));
      for (const a of stay.views)
        for (const b of other.views) if (a.camera !== b.camera) this.#strangers.add(this.#pair(a, b) - common);
      if (++count === MOST_AT_ONCE) return;
    }
  }

  #plain({ stay, views, version }: Earlier, later: Stay, compared: Compared): number {
    const latest = Math.max(version, later.version);
    const before = compared.odds.get(stay);
    if (before && (before.version === latest || before.firm)) return before.odds;
    const { shift } = this.#strangers;
    let sum = 0;
    let weight = 0;
    for (const a of views)
      for (const b of later.views) {
        const odds = this.#pair(a, b) - (a.camera === b.camera ? 0 : shift);
        if (Number.isNaN(odds)) continue;
        const share = a.qualities.length * b.qualities.length;
        sum += share * odds;
        weight += share;
      }
    const odds = sum / weight;
    compared.odds.set(stay, { version: latest, odds, firm: odds < POSSIBLE && later.patches >= FIRM_PATCHES });
    return odds;
  }

  #pair(a: View, b: View): number {
    const first = patchOdds(this.#model, a, b, FIRST_PATCHES);
    return first > POSSIBLE ? patchOdds(this.#model, a, b, MOST_PATCHES) : first;
  }

  #common({ high }: Stay): number {
    return Number.isNaN(high) ? 0 : high - this.#mean;
  }
}
