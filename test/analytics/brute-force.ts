import type { Area, AreaEvent } from '../../src/analytics/index.ts';

/** A place of a person, with its time. */
export type Stop = readonly [x: number, y: number, time: number];

/** What the rules of docs/counting.md are of. */
export interface Rules {
  /** Size of the picture. */
  readonly width: number;
  readonly height: number;
  /** Half the width of the widest band, in pixels. */
  readonly band: number;
  /** How much wider than by the rules all bands are; 1 for the rules. */
  readonly scale: number;
  /** A stay of more than so many seconds counts. */
  readonly seconds: number;
}

/** Places so close together on a path that what happens in between does not matter. */
interface Samples {
  readonly length: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly time: Float64Array;
}

/** A time for which a person stays on a side: -1 left or outside, 1 right or inside, 0 within the band. From and to a sample. */
interface Run {
  readonly side: number;
  readonly from: number;
  to: number;
}

type Side = readonly [ax: number, ay: number, bx: number, by: number];

/** The crossings of a line, from the rules: sample by sample, with so many samples from place to place. */
export function crossingsOf({ outline, name }: Area, path: readonly Stop[], per: number, rules: Rules): AreaEvent[] {
  const [ax, ay, bx, by] = outline;
  const samples = sampled(path, per);
  const { x, y, time } = samples;
  const right = x.map((_, i) => ((bx - ax) * (y[i] - ay) - (by - ay) * (x[i] - ax)) / Math.hypot(bx - ax, by - ay));
  const part = x.map((_, i) => partOf([ax, ay, bx, by], x[i], y[i]));
  const sides = x.map((_, i) =>
    isNear(x[i], y[i], ax + part[i] * (bx - ax), ay + part[i] * (by - ay), rules) ? 0 : Math.sign(right[i]),
  );
  const passes: { at: number; way: number }[] = [];
  for (let at = 1; at < samples.length; at++)
    if (right[at] >= 0 !== right[at - 1] >= 0 && part[at] >= 0 && part[at] <= 1)
      passes.push({ at, way: right[at] >= 0 ? 1 : -1 });
  const events: AreaEvent[] = [];
  let settled: Run | undefined;
  for (const run of runsOf(sides)) {
    if (run.side === 0) continue;
    if (!settled || run.side === settled.side) settled = run;
    else if (isLong(run, samples, rules)) {
      const { to } = settled;
      const since = passes.filter(({ at }) => at > to && at <= run.from);
      if (since.reduce((sum, { way }) => sum + way, 0) * run.side > 0) {
        const direction = run.side > 0 ? 'in' : 'out';
        events.push({ type: 'crossed', line: name, id: 1, time: time[since[since.length - 1].at], direction });
      }
      settled = run;
    }
  }
  return events;
}

/** The visits of a zone, from the rules: sample by sample, with so many samples from place to place. */
export function visitsOf({ outline, name }: Area, path: readonly Stop[], per: number, rules: Rules): AreaEvent[] {
  const samples = sampled(path, per);
  const { x, y, time } = samples;
  const corner = (i: number) => [outline[(2 * i) % outline.length], outline[(2 * i + 1) % outline.length]] as const;
  const all = Array.from({ length: outline.length / 2 }, (_, i): Side => [...corner(i), ...corner(i + 1)]);
  const isOnEdge = ([ax, ay, bx, by]: Side) =>
    (ax === bx && (ax === 0 || ax === rules.width)) || (ay === by && (ay === 0 || ay === rules.height));
  const borders = all.filter((side) => !isOnEdge(side));
  const area = Math.abs(all.reduce((sum, [ax, ay, bx, by]) => sum + ax * by - ay * bx, 0)) / 2;
  const round = all.reduce((sum, [ax, ay, bx, by]) => sum + Math.hypot(bx - ax, by - ay), 0);
  const own = { ...rules, band: Math.min(rules.band, area / (2 * round)) };
  const inside = insideOf(all, samples);
  const sides = x.map((_, i) => {
    for (const side of borders) {
      const [ax, ay, bx, by] = side;
      const part = Math.max(0, Math.min(1, partOf(side, x[i], y[i])));
      if (isNear(x[i], y[i], ax + part * (bx - ax), ay + part * (by - ay), own)) return 0;
    }
    return inside[i] ? 1 : -1;
  });
  /** Time of the last pass through the edge up to a sample, or of the first sample. */
  const passedBy = (i: number): number => {
    for (let k = i; k > 0; k--) if (inside[k] !== inside[k - 1]) return time[k];
    return time[0];
  };
  const isBetween = (a: number, b: number) => all.some((side) => doMeet(side, [x[a], y[a], x[b], y[b]]));
  const events: AreaEvent[] = [];
  const visit = (from: number, to: number) => {
    events.push({ type: 'entered', zone: name, id: 1, time: from });
    events.push({ type: 'left', zone: name, id: 1, time: to, dwell: to - from });
  };
  const last = samples.length - 1;
  let enteredAt: number | undefined;
  /** The last sample outside, and when the person ran in from there. */
  let cameFrom: number | undefined;
  let ranIn: number | undefined;
  for (const run of runsOf(sides)) {
    if (run.side === 1 && enteredAt === undefined) {
      if (cameFrom !== undefined) ranIn ??= passedBy(run.from);
      if (time[run.to] - time[run.from] > own.seconds) enteredAt = passedBy(run.from);
      else if (run.to === last) enteredAt = ranIn;
      if (enteredAt !== undefined) ranIn = cameFrom = undefined;
    } else if (run.side === -1) {
      if (isLong(run, samples, own)) {
        if (enteredAt !== undefined) visit(enteredAt, passedBy(run.from));
        else if (ranIn !== undefined && isBetween(cameFrom!, run.from)) visit(ranIn, passedBy(run.from));
        enteredAt = ranIn = undefined;
      }
      if (enteredAt === undefined && ranIn === undefined) cameFrom = run.to;
    }
  }
  if (enteredAt !== undefined) visit(enteredAt, time[last]);
  return events;
}

function sampled(path: readonly Stop[], per: number): Samples {
  const length = (path.length - 1) * per + 1;
  const [x, y, time] = [0, 1, 2].map((of) => {
    const column = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      const k = Math.min(path.length - 2, Math.floor(i / per));
      column[i] = path[k][of] + (i / per - k) * (path[k + 1][of] - path[k][of]);
    }
    return column;
  });
  return { length, x, y, time };
}

function runsOf(sides: Float64Array): Run[] {
  const runs: Run[] = [];
  for (let i = 0; i < sides.length; i++) {
    const run = runs[runs.length - 1];
    if (run?.side === sides[i]) run.to = i;
    else runs.push({ side: sides[i], from: i, to: i });
  }
  return runs;
}

/** Whether a run counts: it is long enough, or the last that is seen of the person. */
function isLong({ from, to }: Run, { length, time }: Samples, { seconds }: Rules): boolean {
  return to === length - 1 || time[to] - time[from] > seconds;
}

/** Whether a person is within the band: near a point q of the border, and not more than half way from it to an edge of the picture. */
function isNear(x: number, y: number, qx: number, qy: number, { width, height, band, scale }: Rules): boolean {
  if ((x - qx) ** 2 + (y - qy) ** 2 > (scale * band) ** 2) return false;
  return !(x < qx / 2 || y < qy / 2 || width - x < (width - qx) / 2 || height - y < (height - qy) / 2);
}

/** Which part of a side is nearest, if it went on for ever. */
function partOf([ax, ay, bx, by]: Side, x: number, y: number): number {
  return ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2);
}

/** Which samples are in a polygon: those from which a ray to the right meets its sides an odd number of times. */
function insideOf(sides: readonly Side[], { x, y }: Samples): Float64Array {
  return x.map((_, i) => {
    let isInside = 0;
    for (const [ax, ay, bx, by] of sides)
      if (ay <= y[i] !== by <= y[i] && ax + ((y[i] - ay) / (by - ay)) * (bx - ax) > x[i]) isInside = 1 - isInside;
    return isInside;
  });
}

/** Whether two stretches meet: the ends of each are on different sides of the other. */
function doMeet(a: Side, b: Side): boolean {
  const turn = ([px, py, qx, qy]: Side, x: number, y: number) => (qx - px) * (y - py) - (qy - py) * (x - px) > 0;
  return turn(a, b[0], b[1]) !== turn(a, b[2], b[3]) && turn(b, a[0], a[1]) !== turn(b, a[2], a[3]);
}
