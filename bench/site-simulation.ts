/**
 * A simulated site: walkers go from room to room, each seen by one camera, and their tracklets break as the tracker breaks them. What
 * each wears are embeddings: of pictures, or drawn at random (see {@link randomClothes}).
 */
import type { CalibratedSimilarity } from '../src/appearance/calibration.ts';
import { sigmoid } from '../src/core/probability.ts';
import { gaussian, seededRandom, shuffled } from '../src/learning/random.ts';
import type { People } from '../src/learning/siamese/people.ts';
import type { Sight } from '../src/site/reach.ts';
import type { Tracklet } from '../src/site/tracklet.ts';
import type { WayDescription } from '../src/site/ways.ts';

/** What walkers wear. */
export interface Clothes {
  readonly model: CalibratedSimilarity;
  /** How many different people there are; none where any number can be drawn. */
  readonly people: number;
  /** How often one may be seen without its pictures being used twice. */
  readonly visits: number;
  /** Embeddings of `pieces` tracklets of one visit to a camera. */
  visit(person: number, camera: number, pieces: number, random: () => number): Float32Array[];
}

/** A simulated site. */
export interface SimulatedSite {
  readonly tracklets: readonly Tracklet[];
  /** Of each tracklet the walker. */
  readonly walkers: Int32Array;
  readonly cameraCount: number;
  readonly ways: readonly WayDescription[];
  /** Mean number of people who appear in the neighbouring rooms in the time after a tracklet's end in which 99 % of walks end. */
  readonly inWindow: number;
}

export interface SiteOptions {
  readonly seed: number;
  readonly walkers: number;
  /** Pairs of rooms with a way between them. */
  readonly graph: readonly (readonly [number, number])[];
  /** People who appear in the neighbouring rooms in the time that a way takes. */
  readonly inWindow: number;
  /** Seconds that the clock of each camera is ahead; none: 0. */
  readonly ahead?: readonly number[];
}

/** A walker leaves for good after each room with this probability. */
const LEAVES = 0.3;
/** Of the stays in a room so many break once, and so many are not tracked at all. */
const BREAKS = 0.15;
const MISSED = 0.03;
/** Spread of the log of the walking times of one way, and of the stays in a room. */
const WALK_SIGMA = 0.25;
const STAY_SIGMA = 0.4;
const STAY_SECONDS = 12;

/** Simulates a site. The time in which all walkers come is chosen so that about as many people are in the window as asked for. */
export function simulateSite(clothes: Clothes, options: SiteOptions): SimulatedSite {
  let duration = (60 * options.walkers) / options.inWindow;
  let site = simulateFor(clothes, options, duration);
  for (let round = 0; round < 4; round++) {
    duration *= site.inWindow / options.inWindow;
    site = simulateFor(clothes, options, duration);
  }
  return site;
}

function simulateFor(clothes: Clothes, options: SiteOptions, duration: number): SimulatedSite {
  const { seed, graph, ahead = [] } = options;
  const random = seededRandom(seed);
  const cameraCount = 1 + Math.max(...graph.flat());
  const medians = graph.map(() => 8 * Math.exp(random() * Math.log(3))); // 8 to 24 s
  const order = shuffled([...Array(clothes.people).keys()], random);
  const walkers = Math.min(options.walkers, clothes.people);
  const seen: { tracklet: Tracklet; walker: number }[] = [];
  const ids = new Int32Array(cameraCount);
  for (let walker = 0; walker < walkers; walker++) {
    let time = random() * duration;
    let camera = Math.floor(random() * cameraCount);
    for (let visit = 0; visit < clothes.visits; visit++) {
      const stay = STAY_SECONDS * Math.exp(STAY_SIGMA * gaussian(random));
      const clock = ahead[camera] ?? 0;
      if (random() >= MISSED) {
        const pieces = random() < BREAKS ? broken(time, stay, random) : [[time, time + stay]];
        const walk = walkThrough(random);
        const embeddings = clothes.visit(order[walker], camera, pieces.length, random);
        for (const [i, [from, to]] of pieces.entries()) {
          const qualities = new Float64Array(embeddings[i].length / clothes.model.dimensions).fill(1);
          const tracklet = { camera, id: ids[camera]++, from: from + clock, to: to + clock, qualities };
          const sights = { first: walk(from - time), last: walk(to - time) };
          seen.push({ tracklet: { ...tracklet, ...sights, embeddings: embeddings[i] }, walker });
        }
      }
      if (random() < LEAVES) break;
      const out = [...graph.keys()].filter((way) => graph[way].includes(camera));
      const way = out[Math.floor(random() * out.length)];
      time += stay + medians[way] * Math.exp(WALK_SIGMA * gaussian(random));
      camera = graph[way][0] === camera ? graph[way][1] : graph[way][0];
    }
  }
  const tracklets = seen.map(({ tracklet }) => tracklet);
  return {
    tracklets,
    walkers: Int32Array.from(seen, ({ walker }) => walker),
    cameraCount,
    ways: graph.map(([from, to]) => ({ from, to, direct: true })),
    inWindow: crowd(tracklets, graph, medians, ahead),
  };
}

/** Where a walker is after so many seconds in a room: straight on through a picture of 1920 × 1080 pixels, at about half a height a second. */
function walkThrough(random: () => number): (seconds: number) => Sight {
  const at = { x: 1920 * random(), y: 1080 * random() };
  const speed = { x: 80 * gaussian(random), y: 40 * gaussian(random) };
  const shake = () => 10 * gaussian(random);
  return (t) => ({ x: at.x + speed.x * t + shake(), y: at.y + speed.y * t + shake(), height: 200 });
}

function broken(time: number, stay: number, random: () => number): [number, number][] {
  const at = stay * (0.2 + 0.6 * random());
  const gap = Math.min(0.15 * stay, 0.5 + 2.5 * random());
  return [
    [time, time + at],
    [time + at + gap, time + stay],
  ];
}

function crowd(
  tracklets: readonly Tracklet[],
  graph: SiteOptions['graph'],
  medians: readonly number[],
  ahead: readonly number[],
): number {
  let count = 0;
  for (const a of tracklets)
    for (const [way, ends] of graph.entries()) {
      if (!ends.includes(a.camera)) continue;
      const to = ends[0] === a.camera ? ends[1] : ends[0];
      const [least, most] = [-1, 1].map((side) => medians[way] * Math.exp(side * 2.576 * WALK_SIGMA));
      for (const b of tracklets) {
        if (b.camera !== to) continue;
        const gap = b.from - (ahead[to] ?? 0) - (a.to - (ahead[a.camera] ?? 0));
        if (gap >= least && gap <= most) count++;
      }
    }
  return count / tracklets.length;
}

/**
 * Walkers who wear people of CUHK03, in rooms with even numbers as camera a has seen them, in the others as camera b has. Each walker is
 * seen in two rooms, since pictures of one person by one camera are nearly the same.
 */
export function pictureClothes(model: CalibratedSimilarity, people: People, embeddings: Float32Array): Clothes {
  const { dimensions: d } = model;
  const rows: number[][][] = Array.from({ length: people.count }, () => [[], []]);
  const first = people.camera[0];
  for (let i = 0; i < people.length; i++) rows[people.person[i]][people.camera[i] === first ? 0 : 1].push(i);
  return {
    model,
    people: people.count,
    visits: 2,
    visit(person, camera, pieces, random) {
      const order = shuffled(rows[person][camera % 2], random);
      const least = Math.ceil(order.length / pieces);
      return Array.from({ length: pieces }, (_, piece) => {
        const part = order.slice(Math.min(order.length - 1, piece * least), (piece + 1) * least);
        const out = new Float32Array(part.length * d);
        for (const [i, row] of part.entries()) out.set(embeddings.subarray(row * d, (row + 1) * d), i * d);
        return out;
      });
    },
  };
}

/** Numbers of a random embedding. */
const DIMENSIONS = 70;
/** People wear one of so many kinds of clothes; of the variance between people this share is within a kind. */
const KINDS = 20;
const OWN = 0.3;
/** What differs between visits, and between pictures of one visit: variances where that between people is 1, and the deviations of their logs. */
const OF_VISIT = { variance: 0.2, spread: 0.8 };
const OF_PICTURE = { variance: 0.15, spread: 1 };
/**
 * From the squared distance to log-odds. All constants together give about the log-odds of the shipped network for the people of CUHK03's
 * training part who were kept out of its training (every twentieth), five pictures each: 3.9 ± 2.0 for one person (there 4.7 ± 2.0) and
 * −4.4 ± 2.5 for two (there −4.2 ± 2.1), and the right one of 10 / 20 found in 95 / 92 % (there 97 / 93).
 */
const SLOPE = 0.066;
const BASE = 8.7;

/** Walkers who wear random embeddings, as far apart as those of people of CUHK03. */
export function randomClothes(people: number, seed: number): Clothes {
  const random = seededRandom(seed);
  const normal = (deviation: number, random: () => number) =>
    Float64Array.from({ length: DIMENSIONS }, () => deviation * gaussian(random));
  const kinds = Array.from({ length: KINDS }, () => normal(Math.sqrt(1 - OWN), random));
  const bodies = Array.from({ length: people }, () => {
    const kind = kinds[Math.floor(random() * KINDS)];
    return normal(Math.sqrt(OWN), random).map((own, k) => own + kind[k]);
  });
  const deviation = ({ variance, spread }: typeof OF_VISIT, random: () => number) =>
    Math.sqrt(variance * Math.exp(spread * gaussian(random)));
  return {
    people,
    visits: 5,
    model: {
      dimensions: DIMENSIONS,
      calibration: {
        oneCamera: { even: 5, weight: 1, strangers: 0 },
        twoCameras: { even: 0, weight: 1, strangers: -5 },
      },
      similarity(a, i, b, j) {
        let distance = 0;
        for (let k = 0; k < DIMENSIONS; k++) distance += (a[i * DIMENSIONS + k] - b[j * DIMENSIONS + k]) ** 2;
        return sigmoid(BASE - SLOPE * distance);
      },
    },
    visit(person, _, pieces, random) {
      const view = normal(deviation(OF_VISIT, random), random);
      return Array.from({ length: pieces }, () => {
        const out = new Float32Array(5 * DIMENSIONS);
        for (let row = 0; row < 5; row++) {
          const noise = normal(deviation(OF_PICTURE, random), random);
          for (let k = 0; k < DIMENSIONS; k++) out[row * DIMENSIONS + k] = bodies[person][k] + view[k] + noise[k];
        }
        return out;
      });
    },
  };
}
