import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gaussian, seededRandom } from '../../src/learning/random.ts';
import { writeTrajectories } from '../../src/trajectories/index.ts';

const random = seededRandom(1);
/** Embeddings of three people who are unlike each other. */
export const [ANNE, BERT, CARL] = Array.from({ length: 3 }, () => {
  const numbers = Array.from({ length: 128 }, () => gaussian(random));
  const length = Math.hypot(...numbers);
  return numbers.map((value) => value / length);
});
/** A person whom a camera sees at x from one second to another. */
export type Seen = readonly [id: number, from: number, to: number, x: number, embedding: readonly number[]];

/** Writes what `track --save-embeddings` would: at 1 frame a second people who stand at x. */
export async function writeTracked(
  folder: string,
  file: string,
  people: readonly Seen[],
  sha256: string,
): Promise<void> {
  const trajectories = people.map(([id, from, to, x]) => {
    const n = to - from + 1;
    return {
      id,
      frames: Int32Array.from({ length: n }, (_, i) => from + i),
      times: Float64Array.from({ length: n }, (_, i) => from + i),
      boxes: Float64Array.from({ length: 4 * n }, (_, i) => [x, 100, 40, 100][i % 4]),
      scores: new Float32Array(n).fill(0.9),
      detected: new Uint8Array(n).fill(1),
    };
  });
  const observations = trajectories.reduce((sum, { frames }) => sum + frames.length, 0);
  await writeTrajectories(join(folder, `${file}.trajectories.json`), {
    ...{ schema: 'twintrack/trajectories', version: 2, models: [], parameters: {}, complete: true, trajectories },
    source: { name: `${file}.mp4`, width: 640, height: 480, frameRate: 1 },
    summary: { frames: 100, duration: 100, trajectories: trajectories.length, observations },
  });
  const index = {
    ...{ schema: 'twintrack/patches', version: 1, source: `${file}.mp4` },
    model: { name: 'siamese', sha256, dimensions: 128 },
    trajectories: people.map(([id, from, to, x, embedding]) => {
      const patch = (time: number) => ({ frame: time, time, box: [x, 100, 40, 100], quality: 0.9, embedding });
      return { id, from, to, patches: [patch(from), patch(to)] };
    }),
  };
  writeFileSync(join(folder, `${file}.embeddings.json`), JSON.stringify(index));
}
