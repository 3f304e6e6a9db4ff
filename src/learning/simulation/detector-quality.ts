import type { Draw } from './noise.ts';

/** Kinds of detectors by how good they are. */
export type DetectorKind = 'accurate' | 'fair' | 'poor';

/** How a detector sees: its evidence for a person is in deviations of that evidence among clear, tall people. */
export interface DetectorQuality {
  /** Mean evidence of a person in full view who is tall; 0 is where half are found. */
  readonly evidence: number;
  /** Evidence lost by one who is covered altogether, and by halving the height below 120 pixels. */
  readonly covered: number;
  readonly small: number;
  /** Shares of the deviation: between people, slow, from frame to frame; their squares add up to 1. */
  readonly own: number;
  readonly slow: number;
  readonly quick: number;
  /** Seconds of the slow part. */
  readonly memory: number;
  /** The score is `top` · sigmoid(`gain` · evidence + `shift`); those below `floor` are left out. */
  readonly top: number;
  readonly gain: number;
  readonly shift: number;
  readonly floor: number;
  /** Deviations of the upper and lower edge, and of the left and right one, in heights. */
  readonly upright: number;
  readonly across: number;
  /** Share of an error's variance that is new in each frame. */
  readonly fresh: number;
  /** By how much larger errors are of those who are covered altogether. */
  readonly blur: number;
  /** Share of the way from the whole box to that of the visible part. */
  readonly shrink: number;
  /** Overlap from which on the lower score is suppressed. */
  readonly nms: number;
  /** False positives per frame: at places that come again, at random; and doubles per person. */
  readonly places: number;
  readonly clutter: number;
  readonly doubles: number;
  /** Mean evidence of the false ones. */
  readonly doubt: number;
}

/** Draws a detector of a kind; no two are alike. */
export function drawDetector(kind: DetectorKind, draw: Draw): DetectorQuality {
  const vary = (value: number): number => value * draw.ratio(0.75, 1.33);
  const base = KINDS[kind];
  const [own, slow, quick] = [base.own, base.slow, base.quick].map(vary);
  const jitter = draw.ratio(0.35, 1.8);
  const norm = Math.hypot(own, slow, quick);
  return {
    evidence: draw.normal(base.evidence, 0.4),
    covered: vary(base.covered),
    small: vary(base.small),
    own: own / norm,
    slow: slow / norm,
    quick: quick / norm,
    memory: vary(base.memory),
    top: base.top,
    gain: vary(base.gain),
    shift: base.shift + draw.normal(0, 0.5),
    floor: draw.pick(base.floors.map((floor) => [floor, 1] as const)),
    upright: jitter * base.upright,
    across: jitter * base.across,
    fresh: Math.min(0.8, vary(base.fresh)),
    blur: vary(base.blur),
    shrink: Math.min(1, vary(base.shrink)),
    nms: draw.between(0.6, 0.7),
    places: vary(base.places),
    clutter: vary(base.clutter),
    doubles: vary(base.doubles),
    doubt: draw.normal(base.doubt, 0.2),
  };
}

type Base = Omit<DetectorQuality, 'floor' | 'nms'> & { readonly floors: readonly number[] };

const KINDS: Readonly<Record<DetectorKind, Base>> = {
  // Like YOLOX-X that has learned from such scenes.
  accurate: {
    evidence: 1.45,
    covered: 2.4,
    small: 0.4,
    own: 0.75,
    slow: 0.6,
    quick: 0.3,
    memory: 1,
    top: 0.96,
    gain: 2.3,
    shift: 0,
    floors: [0.01, 0.05, 0.1, 0.1],
    upright: 0.023,
    across: 0.021,
    fresh: 0.3,
    blur: 1,
    shrink: 0.1,
    places: 0.5,
    clutter: 0.2,
    doubles: 0.3,
    doubt: -1.3,
  },
  // Like Faster R-CNN.
  fair: {
    evidence: 0.2,
    covered: 4.5,
    small: 0.25,
    own: 0.75,
    slow: 0.7,
    quick: 0.25,
    memory: 1.2,
    top: 1,
    gain: 4.5,
    shift: 2.8,
    floors: [0.05, 0.05, 0.3, 0.5],
    upright: 0.032,
    across: 0.022,
    fresh: 0.3,
    blur: 0.8,
    shrink: 0.2,
    places: 0.5,
    clutter: 0.4,
    doubles: 0.015,
    doubt: -0.7,
  },
  // Like ACF, or a small network on a picture made small.
  poor: {
    evidence: 0.25,
    covered: 3.2,
    small: 0.4,
    own: 0.55,
    slow: 0.6,
    quick: 0.5,
    memory: 0.8,
    top: 1,
    gain: 1.8,
    shift: 0.5,
    floors: [0.1, 0.2, 0.3],
    upright: 0.055,
    across: 0.045,
    fresh: 0.35,
    blur: 0.5,
    shrink: 0.2,
    places: 0.7,
    clutter: 0.7,
    doubles: 0.03,
    doubt: -0.7,
  },
};
