/** What sequences of labelled boxes are like: how people move and hide, how a detector misses and errs. To compare simulated with real ones. */
import { iou } from '../src/core/geometry.ts';
import { type MotSequence, peopleIn } from '../src/learning/mot-root.ts';
import { Columns, quantile, type Statistics } from './statistics-columns.ts';

/** A person in a frame: box, what of it other people leave free, and the detection that is theirs, if any. */
interface Sight {
  readonly frame: number;
  readonly box: readonly number[];
  readonly visibility: number;
  readonly overlap: number;
  readonly found: readonly number[] | undefined;
}

const VISIBILITIES = [0.25, 0.5, 0.75, 0.999];
const GAPS = [1, 5, 20, 60];

/** Pools the statistics of some sequences. */
export function statisticsOf(sequences: readonly MotSequence[]): Statistics {
  const c = new Columns();
  for (const sequence of sequences) collect(sequence, c);
  return c.figures();
}

function collect(sequence: MotSequence, c: Columns): void {
  const { frames, frameRate, truth } = sequence;
  const people = new Map<number, Sight[]>();
  const falses: Float64Array[] = [];
  frames.forEach(({ detections, identities }, frame) => {
    const [boxes, ids] = peopleIn(truth, frame);
    const own = new Map(Array.from(identities, (id, j) => [id, j]));
    c.add('people per frame', ids.length);
    ids.forEach((id, i) => {
      const j = own.get(id);
      const found = j === undefined ? undefined : [...detections.boxes.subarray(4 * j, 4 * j + 4)];
      const box = [...boxes.subarray(4 * i, 4 * i + 4)];
      const sight = { frame, box, ...covered(boxes, i), found };
      if (!people.has(id)) people.set(id, []);
      people.get(id)!.push(sight);
      seen(sight, c);
    });
    const wrong = Array.from(identities.keys()).filter((j) => identities[j] <= 0);
    falses.push(Float64Array.from(wrong.flatMap((j) => [...detections.boxes.subarray(4 * j, 4 * j + 4)])));
    c.add('false per frame', identities.filter((id) => id === 0).length);
    c.add('doubtful per frame', identities.filter((id) => id < 0).length);
    identities.forEach((id, j) => {
      const score = detections.scores[j];
      if (id > 0) c.add('score true', score);
      else c.add('score false', score);
      if (id === 0) onPeople(detections.boxes, j, boxes, c);
    });
  });
  repeats(falses, frameRate, c);
  const shifts = cameraShifts(people, frames.length, Math.max(1, Math.round(0.2 * frameRate)));
  for (const sights of people.values()) {
    misses(sights, frameRate, c);
    errors(sights, c);
    motion(sights, frameRate, shifts, c);
  }
}

function seen({ visibility, overlap, found, box }: Sight, c: Columns): void {
  const bin = VISIBILITIES.findIndex((limit) => visibility < limit);
  const name = ['0–.25', '.25–.5', '.5–.75', '.75–1', '1'][bin < 0 ? 4 : bin];
  c.add(`share visible ${name}`, 1);
  c.add(`found at visibility ${name}`, found ? 1 : 0);
  c.add('found', found ? 1 : 0);
  if (visibility > 0.9)
    c.add(`found, ${box[3] < 60 ? '< 60' : box[3] < 120 ? '60–120' : '> 120'} px high`, found ? 1 : 0);
  c.add('share overlapping at IoU > .2', overlap > 0.2 ? 1 : 0);
  c.add('share overlapping at IoU > .5', overlap > 0.5 ? 1 : 0);
  c.add('height', box[3]);
  c.add('width / height', box[2] / box[3]);
}

/** What people whose boxes end lower leave free of a box, on a grid of 8 × 16 points; and the greatest overlap with another. */
function covered(boxes: Float64Array, i: number): { visibility: number; overlap: number } {
  const [x, y, w, h] = boxes.subarray(4 * i, 4 * i + 4);
  const near: Float64Array[] = [];
  let overlap = 0;
  for (let k = 0; k < boxes.length / 4; k++) {
    const b = boxes.subarray(4 * k, 4 * k + 4);
    if (k === i || b[0] > x + w || b[0] + b[2] < x || b[1] > y + h || b[1] + b[3] < y) continue;
    overlap = Math.max(overlap, iou(boxes, i, boxes, k));
    if (b[1] + b[3] > y + h) near.push(b);
  }
  if (near.length === 0) return { visibility: 1, overlap };
  let free = 0;
  for (let u = 0.5; u < 8; u++)
    for (let v = 0.5; v < 16; v++) {
      const [px, py] = [x + (u / 8) * w, y + (v / 16) * h];
      if (!near.some((b) => px > b[0] && px < b[0] + b[2] && py > b[1] && py < b[1] + b[3])) free++;
    }
  return { visibility: free / 128, overlap };
}

/** Whether half of a false positive lies on a person. */
function onPeople(found: Float64Array, j: number, boxes: Float64Array, c: Columns): void {
  const [x, y, w, h] = found.subarray(4 * j, 4 * j + 4);
  let most = 0;
  for (let k = 0; k < boxes.length / 4; k++) {
    const b = boxes.subarray(4 * k, 4 * k + 4);
    const [u, v] = [Math.min(x + w, b[0] + b[2]) - Math.max(x, b[0]), Math.min(y + h, b[1] + b[3]) - Math.max(y, b[1])];
    if (u > 0 && v > 0) most = Math.max(most, (u * v) / (w * h));
  }
  c.add('false on people', most > 0.5 ? 1 : 0);
}

function repeats(falses: readonly Float64Array[], frameRate: number, c: Columns): void {
  for (const [name, lag] of [
    ['after a frame', 1],
    ['after 1 s', Math.round(frameRate)],
  ] as const)
    for (let f = lag; f < falses.length; f++)
      for (let i = 0; i < falses[f].length / 4; i++) {
        let again = 0;
        for (let k = 0; k < falses[f - lag].length / 4; k++)
          again ||= iou(falses[f], i, falses[f - lag], k) > 0.5 ? 1 : 0;
        c.add(`false again ${name}`, again);
      }
}

function misses(sights: readonly Sight[], frameRate: number, c: Columns): void {
  let last = -1;
  let previous: Sight | undefined;
  for (const sight of sights) {
    if (previous && sight.frame === previous.frame + 1)
      c.add(previous.found ? 'lost after found' : 'found after missed', !sight.found === !!previous.found ? 1 : 0);
    previous = sight;
    if (!sight.found) continue;
    const gap = last < 0 ? 0 : sight.frame - last - 1;
    last = sight.frame;
    if (gap === 0) continue;
    const bin = GAPS.findIndex((most) => gap <= most);
    const names = ['1', '2–5', '6–20', '21–60', '> 60'];
    names.forEach((name, k) => {
      c.add(`gaps of ${name} frames`, k === (bin < 0 ? 4 : bin) ? 1 : 0);
    });
    c.add('gap, s', gap / frameRate);
  }
}

/** Errors of the boxes found, in heights, by how far people are covered; and how alike they are a frame later. */
function errors(sights: readonly Sight[], c: Columns): void {
  let before: number[] | undefined;
  for (const { box, found, visibility } of sights) {
    if (!found) {
      before = undefined;
      continue;
    }
    const error = [
      (found[0] + found[2] / 2 - box[0] - box[2] / 2) / box[3],
      (found[1] + found[3] / 2 - box[1] - box[3] / 2) / box[3],
      (found[2] - box[2]) / box[3],
      found[3] / box[3] - 1,
    ];
    ['x', 'y', 'width', 'height'].forEach((axis, k) => {
      c.add(`error ${visibility > 0.9 ? 'clear' : 'covered'} ${axis}`, error[k]);
      if (before) c.pair(`error alike ${axis}`, before[k], error[k]);
      if (before) c.add(`error change ${axis}`, error[k] - before[k]);
    });
    before = error;
  }
}

/** Median motion of the people over so many frames: what the camera does. */
function cameraShifts(people: ReadonlyMap<number, readonly Sight[]>, length: number, lag: number): [number, number][] {
  const moves = Array.from({ length }, (): [number[], number[]] => [[], []]);
  for (const sights of people.values())
    for (let i = lag; i < sights.length; i++) {
      if (sights[i].frame - sights[i - lag].frame !== lag) continue;
      const [a, b] = [centre(sights[i - lag].box), centre(sights[i].box)];
      for (const k of [0, 1]) moves[sights[i].frame][k].push(b[k] - a[k]);
    }
  return moves.map(([x, y]) => [quantile(x, 0.5), quantile(y, 0.5)]);
}

function motion(sights: readonly Sight[], frameRate: number, shifts: readonly [number, number][], c: Columns): void {
  const lag = Math.max(1, Math.round(0.2 * frameRate));
  let before: number[] | undefined;
  let aspect: number | undefined;
  for (let i = lag; i < sights.length; i++) {
    const [past, now] = [sights[i - lag], sights[i]];
    const one = sights[i - 1];
    if (now.frame - one.frame === 1)
      c.add('overlap of consecutive boxes', iou(Float64Array.from(one.box), 0, Float64Array.from(now.box), 0));
    if (one.found && now.found)
      c.add('overlap of consecutive detections', iou(Float64Array.from(one.found), 0, Float64Array.from(now.found), 0));
    if (now.frame - past.frame !== lag) continue;
    const [a, b] = [centre(past.box), centre(now.box)];
    const dt = lag / frameRate;
    const v = [0, 1].map((k) => (b[k] - a[k] - shifts[now.frame][k]) / now.box[3] / dt);
    const raw = [0, 1].map((k) => (b[k] - a[k]) / now.box[3] / dt);
    c.add('speed less the median', Math.hypot(v[0], v[1]));
    c.add('speed', Math.hypot(raw[0], raw[1]));
    const shape = Math.log(now.box[2] / now.box[3]);
    if (i % lag !== 0) continue;
    if (before) c.add('acceleration', Math.hypot(raw[0] - before[0], raw[1] - before[1]) / dt);
    if (aspect !== undefined) c.add('change of width / height in .2 s', Math.abs(shape - aspect));
    if (before) c.add('change of height in .2 s', Math.abs(now.box[3] / past.box[3] - 1));
    before = raw;
    aspect = shape;
  }
}

function centre(box: readonly number[]): [number, number] {
  return [box[0] + box[2] / 2, box[1] + box[3] / 2];
}
