import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { makeClip } from '../video/clips.ts';
import { writeGraph } from './colour-model.ts';

/**
 * Writes pictures of eight people of eight greys: three each by two cameras, the second of which is a little brighter.
 *
 * @returns the folder
 */
export function writeGreyPeople(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const luma = '20+26*floor(N/6)+6*mod(floor(N/3)\\,2)+mod(N\\,3)';
  makeClip(join(folder, '%d.png'), `color=black:s=64x128:r=1:d=48,geq=lum='${luma}':cb=128:cr=128`);
  for (let n = 0; n < 48; n++) {
    const name = `${Math.floor(n / 6)}_${Math.floor(n / 3) % 2 ? 'b' : 'a'}${n % 3}.png`;
    renameSync(join(folder, `${n + 1}.png`), join(folder, name));
  }
  return folder;
}

/**
 * Writes a network without a head, for pictures of 32 × 16: its vectors are the grey, and what is missing to white.
 *
 * @returns the file
 */
export function writeGreyNetwork(file: string): string {
  return writeGraph(file, {
    inputs: [{ name: 'picture', type: 'float32', dims: [1, 3, 32, 16] }],
    outputs: [{ name: 'vector', type: 'float32', dims: [1, 2] }],
    initializers: [
      { name: 'weights', type: 'float32', dims: [3, 2], data: Float32Array.of(1, -1, 1, -1, 1, -1) },
      { name: 'bias', type: 'float32', dims: [2], data: Float32Array.of(0, 765) },
    ],
    nodes: [
      {
        op: 'ReduceMean',
        inputs: ['picture'],
        outputs: ['mean'],
        attributes: { axes: { ints: [2, 3] }, keepdims: { int: 0 } },
      },
      { op: 'Gemm', inputs: ['mean', 'weights', 'bias'], outputs: ['vector'] },
    ],
  });
}
