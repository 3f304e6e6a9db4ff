import type { AppearanceModel } from '../src/appearance/appearance-model.ts';
import { PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH } from '../src/appearance/patches.ts';
import { PatchSelection } from '../src/appearance/selection.ts';
import type { LabelledFrame } from '../src/learning/labelled-frame.ts';
import type { MotSequence } from '../src/learning/mot-root.ts';
import { seededRandom } from '../src/learning/random.ts';
import type { People } from '../src/learning/siamese/people.ts';
import { trackingParameters } from '../src/tracking/parameters.ts';

const [W, H] = [PATCH_WIDTH, PATCH_HEIGHT];
/** A person is drawn with another picture after so many seconds. */
const POSE_SECONDS = 1.5;
/** Deviation of the noise of a pixel, of 255. */
const NOISE = 1.5;

/** The pictures of one person by one camera, drawn for a person of the ground truth. */
type Actor = readonly Uint8Array[];

/** A person in a frame: edges in pixels, and the picture to draw. */
interface Standing {
  readonly edges: readonly [left: number, top: number, right: number, bottom: number];
  readonly picture: Uint8Array;
}

/** The pictures of each person and camera. */
export function actorsOf({ length, patches, person, camera }: People): Actor[] {
  const actors = new Map<string, Uint8Array[]>();
  for (let i = 0; i < length; i++) {
    const key = `${person[i]} ${camera[i]}`;
    actors.set(key, [...(actors.get(key) ?? []), patches.subarray(i * PATCH_BYTES, (i + 1) * PATCH_BYTES)]);
  }
  return [...actors.values()];
}

/**
 * The frames of a sequence with embeddings of other people, who are drawn where its ground truth has people: each detection at its
 * resolution and on an even ground, people with lower feet in front, and embedded where mode `auto` embeds.
 */
export async function renderPeople(
  sequence: MotSequence,
  actors: readonly Actor[],
  model: AppearanceModel,
): Promise<LabelledFrame[]> {
  const { lowScore, highScore } = trackingParameters.parse({});
  const random = seededRandom([...sequence.name].reduce((hash, c) => hash * 31 + c.charCodeAt(0), 7));
  const [first, ground] = [Math.floor(random() * actors.length), [0, 1, 2].map(() => 60 + 120 * random())];
  const choice = new PatchSelection();
  const numbers = new Map<number, number>();
  const frames: LabelledFrame[] = [];
  for (const [f, frame] of sequence.frames.entries()) {
    const { detections, time } = frame;
    const people = standing(sequence, f, (id) => {
      const number = numbers.get(id) ?? numbers.set(id, numbers.size).size - 1;
      const actor = actors[(7 * number + first) % actors.length];
      return actor[Math.floor(time / POSE_SECONDS + 0.37 * number) % actor.length];
    });
    const rows = choice.choose(detections, lowScore, highScore, time);
    const patches = new Uint8Array(rows.length * PATCH_BYTES);
    rows.forEach((j, k) => {
      draw(people, detections.boxes.subarray(4 * j, 4 * j + 4), ground, random, patches, k * PATCH_BYTES);
    });
    const embedded = await model.embed(patches);
    const d = model.dimensions;
    const embeddings = new Float32Array(detections.length * d).fill(Number.NaN);
    rows.forEach((j, k) => {
      embeddings.set(embedded.subarray(k * d, (k + 1) * d), j * d);
    });
    frames.push({ ...frame, detections: { ...detections, embeddings } });
  }
  return frames;
}

/** The people of a frame, those in front first. */
function standing({ truth }: MotSequence, frame: number, pictureOf: (id: number) => Uint8Array): Standing[] {
  const { start, corners, ids, frames } = truth.rows;
  const people: Standing[] = [];
  for (let k = start[frame]; frame < frames && k < start[frame + 1]; k++) {
    const [left, top, right, bottom] = corners.subarray(4 * k, 4 * k + 4);
    people.push({ edges: [left, top, right, bottom], picture: pictureOf(ids[k]) });
  }
  return people.sort((a, b) => b.edges[3] - a.edges[3]);
}

/** Draws the contents of a box into a patch: at the box's own resolution, then enlarged. */
function draw(
  people: readonly Standing[],
  [x, y, w, h]: Float64Array,
  ground: readonly number[],
  random: () => number,
  out: Uint8Array,
  at: number,
): void {
  const scale = Math.min(1, h / H);
  const [columns, rows] = [Math.max(8, Math.round(W * scale)), Math.max(16, Math.round(H * scale))];
  const near = people.filter(({ edges: [l, t, r, b] }) => l < x + w && r > x && t < y + h && b > y);
  const fine = scale < 1 ? 2 : 1; // samples of a pixel in each direction
  const small = new Float32Array(3 * columns * rows);
  for (let k = 0; k < columns * rows; k++) {
    for (let s = 0; s < fine * fine; s++) {
      const px = x + (w * ((k % columns) + ((s % fine) + 0.5) / fine)) / columns;
      const py = y + (h * (Math.floor(k / columns) + (Math.floor(s / fine) + 0.5) / fine)) / rows;
      const front = near.find(({ edges: [l, t, r, b] }) => px >= l && px < r && py >= t && py < b);
      const pixel = front && pixelOf(front.edges, px, py);
      for (let c = 0; c < 3; c++)
        small[c * columns * rows + k] += (front ? front.picture[c * W * H + pixel!] : ground[c]) / fine ** 2;
    }
  }
  for (let k = 0; k < W * H; k++) {
    const sx = clamp((((k % W) + 0.5) * columns) / W - 0.5, columns - 1);
    const sy = clamp(((Math.floor(k / W) + 0.5) * rows) / H - 0.5, rows - 1);
    const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
    const [x1, y1] = [Math.min(columns - 1, x0 + 1), Math.min(rows - 1, y0 + 1)];
    const [fx, fy] = [sx - x0, sy - y0];
    for (let c = 0; c < 3; c++) {
      const plane = c * columns * rows;
      const upper = (1 - fx) * small[plane + y0 * columns + x0] + fx * small[plane + y0 * columns + x1];
      const lower = (1 - fx) * small[plane + y1 * columns + x0] + fx * small[plane + y1 * columns + x1];
      out[at + c * W * H + k] = clamp((1 - fy) * upper + fy * lower + 2 * NOISE * (random() - 0.5), 255);
    }
  }
}

function pixelOf([l, t, r, b]: Standing['edges'], px: number, py: number): number {
  return Math.floor(((py - t) / (b - t)) * H) * W + Math.floor(((px - l) / (r - l)) * W);
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
