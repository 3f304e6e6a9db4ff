import type { Camera } from './camera.ts';
import type { Person } from './person.ts';
import type { Occluder } from './setting.ts';

/** A person as the camera sees them. */
export interface View {
  readonly person: Person;
  /** x, y, w, h in pixels; may reach beyond the picture. */
  readonly box: readonly [x: number, y: number, w: number, h: number];
  /** Share of the body that is in the picture and not covered, 0..1. */
  readonly visibility: number;
  /** The box around what can be seen of the body; the whole box where that is nothing. */
  readonly visible: readonly [x: number, y: number, w: number, h: number];
}

/** What hides: a body or a thing, as left, top, right, bottom in pixels, and how far away it is. */
interface Screen {
  readonly corners: readonly [number, number, number, number];
  readonly depth: number;
}

/** Points of a body at which it is looked at. */
const COLUMNS = 6;
const ROWS = 14;
/** Share of the width of a box that the body fills. */
const BODY = 0.72;
/** Share of a box that must be in the picture. */
const INSIDE = 0.3;
/** Metres from the middle of a person to the tips of their feet, or half a head. */
const DEPTH = 0.13;

/**
 * The people in the picture, the covered ones too, nearest first.
 *
 * @param least height in pixels below which they are too far away
 * @param clipped whether the boxes end where the picture does
 */
export function viewsOf(
  world: { readonly people: readonly Person[]; readonly occluders: readonly Occluder[] },
  camera: Camera,
  { least, clipped }: { readonly least: number; readonly clipped: boolean },
): View[] {
  const { width, height } = camera.options;
  const seen: { person: Person; corners: Screen['corners']; depth: number }[] = [];
  for (const person of world.people) {
    const box = project(person, camera);
    if (!box) continue;
    const [left, top, right, bottom] = box.corners;
    const inside =
      Math.max(0, Math.min(width, right) - Math.max(0, left)) *
      Math.max(0, Math.min(height, bottom) - Math.max(0, top));
    if (bottom - top >= least && inside >= INSIDE * (right - left) * (bottom - top)) seen.push({ person, ...box });
  }
  seen.sort((a, b) => a.depth - b.depth);
  const things = world.occluders.flatMap((thing) => screen(thing, camera) ?? []);
  const bodies = seen.map((other): Screen => ({ corners: narrow(other.corners), depth: other.depth }));
  return seen.map(({ person, corners, depth }, i) => {
    const hiding: Screen[] = [];
    for (let k = 0; k < i; k++) if (meet(bodies[k].corners, corners)) hiding.push(bodies[k]);
    for (const thing of things) if (thing.depth < depth && meet(thing.corners, corners)) hiding.push(thing);
    const box = toBox(clipped ? clip(corners, width, height) : corners);
    return { person, box, ...look(corners, hiding, width, height) };
  });
}

/** The box of a person; undefined where the camera is beside or past them. */
export function project(person: Person, camera: Camera): Screen | undefined {
  const { x, y, height } = person;
  const [u, top, depth] = camera.project(x, y, height);
  const [, bottom, low] = camera.project(x, y, 0);
  if (!(depth > 0.5 && low > 0.5)) return undefined;
  const scale = camera.focalLength / depth;
  const [left, right] = person.reach(Math.atan2(x - camera.x, y - camera.y)).map((reach) => scale * reach);
  const rim = scale * DEPTH * Math.abs(Math.sin(camera.pitch));
  return { corners: [u - left, top - rim, u + right, bottom + rim], depth: low };
}

function screen({ x, y, width, bottom, height }: Occluder, camera: Camera): Screen | undefined {
  const [u, high, depth] = camera.project(x, y, height);
  const [, low, far] = camera.project(x, y, bottom);
  if (!(depth > 0.5 && far > 0.5)) return undefined;
  const half = (camera.focalLength * width) / 2 / depth;
  return { corners: [u - half, high, u + half, low], depth };
}

/** What of a body is seen, by samples. */
function look(
  corners: Screen['corners'],
  hiding: readonly Screen[],
  width: number,
  height: number,
): Pick<View, 'visibility' | 'visible'> {
  const [left, top, right, bottom] = corners;
  if (hiding.length === 0 && left >= 0 && top >= 0 && right <= width && bottom <= height)
    return { visibility: 1, visible: toBox(corners) };
  const [w, h] = [(right - left) / COLUMNS, (bottom - top) / ROWS];
  const before = hiding.map((screen) => screen.corners);
  let [free, minX, minY, maxX, maxY] = [0, right, bottom, left, top];
  for (let i = 0; i < COLUMNS; i++)
    for (let k = 0; k < ROWS; k++) {
      const x = left + (i + 0.5) * w;
      const y = top + (k + 0.5) * h;
      let hidden = x < 0 || y < 0 || x >= width || y >= height;
      for (let j = 0; !hidden && j < before.length; j++) {
        const other = before[j];
        hidden = x > other[0] && x < other[2] && y > other[1] && y < other[3];
      }
      if (hidden) continue;
      free++;
      minX = Math.min(minX, x - w / 2);
      minY = Math.min(minY, y - h / 2);
      maxX = Math.max(maxX, x + w / 2);
      maxY = Math.max(maxY, y + h / 2);
    }
  const visible = free === 0 ? corners : ([minX, minY, maxX, maxY] as const);
  return { visibility: free / COLUMNS / ROWS, visible: toBox(visible) };
}

function narrow([left, top, right, bottom]: Screen['corners']): Screen['corners'] {
  const cut = ((1 - BODY) / 2) * (right - left);
  return [left + cut, top, right - cut, bottom];
}

function clip([left, top, right, bottom]: Screen['corners'], width: number, height: number): Screen['corners'] {
  return [Math.max(0, left), Math.max(0, top), Math.min(width, right), Math.min(height, bottom)];
}

function meet(a: Screen['corners'], b: Screen['corners']): boolean {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

function toBox([left, top, right, bottom]: Screen['corners']): View['box'] {
  return [left, top, right - left, bottom - top];
}
