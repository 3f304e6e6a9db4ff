/**
 * People who walk in a room that four cameras see, with what a detector makes of them: a set for the floor tracker with known truth, from
 * a seed. Errors of boxes are those measured on real rooms of this kind: in box heights, feet about 0.05 too low and 0.03 aside, with a deviation of 0.03 in full
 * sight and up to 0.05 when covered, of which a third stays for a second, heavy tails; 1 % missed in full sight, up to 30 % when covered,
 * 0.3 false boxes a picture.
 */
import { apply, inverse } from '../src/analytics/homography.ts';
import type { FloorRows } from '../src/evaluation/floor.ts';
import { seededRandom } from '../src/learning/random.ts';
import { Draw, Wander } from '../src/learning/simulation/noise.ts';
import { turn } from '../src/learning/simulation/person.ts';
import type { FloorCameraSetup } from '../src/site/floor/camera.ts';
import type { FloorView } from '../src/site/floor/view.ts';

/** What the tracker gets and should find. */
export interface FloorSet {
  readonly cameras: readonly FloorCameraSetup[];
  /** The views of each frame. */
  readonly frames: readonly (readonly FloorView[])[];
  readonly truth: FloorRows;
}

/** Settings of {@link simulateRoom}. */
export interface RoomSettings {
  readonly people: number;
  readonly seed: number;
  /** Frames a second. */
  readonly rate?: number;
  readonly seconds?: number;
  /** Size of the room in metres. */
  readonly room?: readonly [number, number];
  /** How much an embedding says of the person and not of the pose, 0..1. */
  readonly identity?: number;
}

const SIZE = { width: 1920, height: 1080 };
const DIMENSIONS = 32;

interface Walker {
  readonly id: number;
  readonly height: number;
  readonly pace: number;
  readonly look: Float64Array;
  readonly enters: number;
  readonly leaves: number;
  x: number;
  y: number;
  vx: number;
  vy: number;
  goal: [number, number];
  /** Where the body faces, radians. */
  facing: number;
  waits: number;
  readonly errors: readonly Wander[][];
}

/** Simulates a room. */
export function simulateRoom({
  people: count,
  seed,
  rate = 4,
  seconds = 65,
  room = [7.7, 3.4],
  identity = 0.2,
}: RoomSettings): FloorSet {
  const draw = new Draw(seededRandom(seed));
  const cameras = cornerCameras(room);
  const door: [number, number] = [1.8, 0.2];
  const inside = (): [number, number] => [draw.between(0.3, room[0] - 0.3), draw.between(0.3, room[1] - 0.3)];
  const vector = () => Float64Array.from({ length: DIMENSIONS }, () => draw.normal(0, 1));
  const walkers = Array.from({ length: count }, (_, i): Walker => {
    const enters = 1.5 * i + draw.between(0, 1);
    return {
      id: i + 1,
      height: draw.normal(1.72, 0.09),
      pace: draw.between(0.5, 1.1),
      look: vector(),
      enters,
      leaves: Math.max(enters + 15, seconds - draw.between(-5, 15)),
      x: door[0],
      y: door[1],
      vx: 0,
      vy: 0.5,
      goal: inside(),
      facing: Math.PI / 2,
      waits: 0,
      errors: cameras.map(() => [new Wander(draw, 0.8), new Wander(draw, 0.8), new Wander(draw, 3)]),
    };
  });
  const poses = Array.from({ length: 2 }, vector);
  const bias = cameras.map(() => [draw.normal(0.03, 0.02), draw.normal(0.05, 0.01)]);
  const ghosts = cameras.map(() => [] as { box: number[]; until: number }[]);
  const truth = { frames: [] as number[], ids: [] as number[], positions: [] as number[] };
  const frames: FloorView[][] = [];
  const dt = 1 / rate;
  for (let f = 0; f < seconds * rate; f++) {
    const time = f * dt;
    const here = walkers.filter(({ enters, leaves }) => enters <= time && time < leaves);
    const parts = Math.ceil(dt / 0.05);
    for (let k = 0; k < parts; k++) for (const walker of here) move(walker, here, dt / parts, time);
    for (const { id, x, y } of here) {
      truth.frames.push(f);
      truth.ids.push(id);
      truth.positions.push(x, y);
    }
    frames.push(cameras.map((camera, c) => see(camera, c, time)));
  }
  return {
    cameras: cameras.map(({ setup }) => setup),
    frames,
    truth: {
      frames: Int32Array.from(truth.frames),
      ids: Int32Array.from(truth.ids),
      positions: Float64Array.from(truth.positions),
    },
  };

  function move(walker: Walker, others: readonly Walker[], step: number, time: number): void {
    const leaving = time > walker.leaves - 4;
    const goal = leaving ? door : walker.goal;
    const [dx, dy] = [goal[0] - walker.x, goal[1] - walker.y];
    const distance = Math.hypot(dx, dy);
    if (distance < 0.3 && !leaving) {
      walker.goal = inside();
      walker.waits = draw.chance(0.3) ? draw.between(0.5, 4) : 0;
    }
    walker.waits -= step;
    const pace = walker.waits > 0 ? 0 : walker.pace;
    let ax = ((pace * dx) / Math.max(distance, 0.1) - walker.vx) / 0.4;
    let ay = ((pace * dy) / Math.max(distance, 0.1) - walker.vy) / 0.4;
    for (const other of others) {
      const [ox, oy] = [walker.x - other.x, walker.y - other.y];
      const apart = Math.hypot(ox, oy);
      if (other === walker || apart > 1 || apart === 0) continue;
      const push = (4 * Math.exp((0.35 - apart) / 0.15)) / apart;
      ax += push * (ox - 0.5 * oy);
      ay += push * (oy + 0.5 * ox);
    }
    walker.vx += ax * step;
    walker.vy += ay * step;
    const speed = Math.hypot(walker.vx, walker.vy);
    if (speed > 1.6) {
      walker.vx *= 1.6 / speed;
      walker.vy *= 1.6 / speed;
    }
    if (speed > 0.3) walker.facing += turn(Math.atan2(walker.vy, walker.vx) - walker.facing) * Math.min(1, 4 * step);
    walker.x = Math.min(room[0] + 0.2, Math.max(-0.2, walker.x + walker.vx * step));
    walker.y = Math.min(room[1] + 0.2, Math.max(-0.2, walker.y + walker.vy * step));
  }

  function see(camera: RoomCamera, c: number, time: number): FloorView {
    const here = walkers.filter(({ enters, leaves }) => enters <= time && time < leaves);
    const whole = here.map((walker) => camera.boxOf(walker.x, walker.y, walker.height));
    const boxes: number[] = [];
    const scores: number[] = [];
    const embeddings: number[] = [];
    here.forEach((walker, i) => {
      const box = whole[i];
      const [sideways, downwards, size] = walker.errors[c].map((error) => error.step(dt));
      if (!box || !inPicture(box)) return;
      const covered = Math.max(0, ...whole.map((other, k) => (k !== i && other ? coverOf(box, other) : 0)));
      if (draw.chance(covered > 0.8 ? 0.3 : covered > 0.4 ? 0.1 : 0.005)) return;
      const [x, y, w, h] = box;
      const spread = h * (covered > 0.8 ? 0.048 : covered > 0.4 ? 0.034 : 0.029) * (draw.chance(0.05) ? 2 : 1);
      const error = (slow: number) => spread * (0.6 * slow + 0.8 * draw.normal(0, 1));
      const bottom = y + h + bias[c][1] * h + error(downwards);
      const top = y + 0.03 * h * size;
      const centre = x + w / 2 + bias[c][0] * h + error(sideways);
      const width = w * draw.ratio(0.85, 1.2);
      boxes.push(centre - width / 2, top, width, bottom - top);
      scores.push(Math.min(0.95, Math.max(0.2, draw.normal(0.8 - 0.4 * covered, 0.08))));
      embeddings.push(...embed(walker, camera));
    });
    ghosts[c] = ghosts[c].filter(({ until }) => until > time);
    if (draw.chance(0.12 * dt)) {
      const place = inside();
      const box = camera.boxOf(...place, 1.7);
      if (box) ghosts[c].push({ box, until: time + draw.between(0.5, 8) });
    }
    for (const { box } of ghosts[c]) {
      if (draw.chance(0.4)) continue;
      boxes.push(...box.map((value) => value + draw.normal(0, 8)));
      scores.push(draw.between(0.3, 0.75));
      embeddings.push(...unit(vector()));
    }
    return {
      camera: c,
      time,
      boxes: Float64Array.from(boxes),
      scores: Float64Array.from(scores),
      embeddings: Float32Array.from(embeddings),
    };
  }

  /** The pose is where the person faces, as the camera sees it. */
  function embed({ look, facing, x, y }: Walker, camera: RoomCamera): Float64Array {
    const angle = facing - Math.atan2(camera.y - y, camera.x - x);
    const pose = poses[0].map((value, k) => value * Math.cos(angle) + poses[1][k] * Math.sin(angle));
    return unit(look.map((value, k) => identity * value + (1 - identity) * pose[k] + 0.3 * draw.normal(0, 1)));
  }
}

interface RoomCamera {
  readonly setup: FloorCameraSetup;
  readonly x: number;
  readonly y: number;
  boxOf(x: number, y: number, height: number): number[] | undefined;
}

/** Cameras in the corners of a room, 2.6 m up, that see to its middle. */
function cornerCameras([length, width]: readonly [number, number]): RoomCamera[] {
  const corners = [
    [-0.5, -0.5],
    [length + 0.5, -0.5],
    [length + 0.5, width + 0.5],
    [-0.5, width + 0.5],
  ];
  return corners.map(([x, y], c) => {
    const turn = Math.atan2(width / 2 - y, length / 2 - x);
    const down = Math.atan2(1.6, Math.hypot(width / 2 - y, length / 2 - x));
    const focal = 1150;
    const forward = [Math.cos(down) * Math.cos(turn), Math.cos(down) * Math.sin(turn), -Math.sin(down)];
    const right = [Math.sin(turn), -Math.cos(turn), 0];
    const lower = [
      forward[1] * right[2] - forward[2] * right[1],
      forward[2] * right[0] - forward[0] * right[2],
      forward[0] * right[1] - forward[1] * right[0],
    ];
    const rows = [
      right.map((value, k) => focal * value + (SIZE.width / 2) * forward[k]),
      lower.map((value, k) => focal * value + (SIZE.height / 2) * forward[k]),
      forward,
    ];
    const at = (row: number[]) => -(row[0] * x + row[1] * y + row[2] * 2.6);
    const toImage = Float64Array.from(rows.flatMap((row) => [row[0], row[1], at(row)]));
    const pixel = (px: number, py: number, pz: number) => {
      const [u, v, w] = rows.map((row) => row[0] * px + row[1] * py + row[2] * pz + at(row));
      return [u / w, v / w];
    };
    return {
      setup: { name: `cam${c + 1}`, homography: inverse(toImage), size: SIZE },
      x,
      y,
      boxOf(px, py, height) {
        const [u, v] = apply(toImage, px, py);
        if (!Number.isFinite(u)) return undefined;
        const [topU, topV] = pixel(px, py, height);
        const h = v - topV;
        return h > 0 ? [(u + topU) / 2 - 0.2 * h, topV, 0.4 * h, h] : undefined;
      },
    };
  });
}

function inPicture([x, y, w, h]: readonly number[]): boolean {
  const seen =
    Math.max(0, Math.min(x + w, SIZE.width) - Math.max(x, 0)) *
    Math.max(0, Math.min(y + h, SIZE.height) - Math.max(y, 0));
  return seen > 0.5 * w * h;
}

/** Which part of a box a nearer one covers. */
function coverOf([x, y, w, h]: readonly number[], [left, top, width, height]: readonly number[]): number {
  if (top + height <= y + h) return 0;
  const across = Math.min(x + w, left + width) - Math.max(x, left);
  const down = Math.min(y + h, top + height) - Math.max(y, top);
  return across > 0 && down > 0 ? (across * down) / (w * h) : 0;
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
