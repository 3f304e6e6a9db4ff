import type { Size } from '../../core/geometry.ts';
import { fits, type TensorValue } from '../../inference/tensors.ts';
import type { Candidates } from '../candidates.ts';
import { type Adapter, imageInput, PREPARATIONS, type Recognise } from './adapter.ts';

/**
 * CenterNet (Zhou, Wang, Krähenbühl, "Objects as Points", 2019) with the four-sided boxes of TTFNet (Liu et al., 2020), as the
 * embedded detector has it: bytes in; a heat map [1, 1, H, W] of people's centres and a map [1, 4, H, W] of the distances
 * from each cell to the box's left, top, right and bottom, in input pixels.
 */
export const recogniseCenterNet: Recognise = (inputs, outputs) => {
  const image = imageInput(inputs[0]);
  if (!image || inputs.length !== 1 || outputs.length !== 2 || inputs[0].type !== 'uint8') return undefined;
  const heat = outputs.find(({ shape }) => shape.length === 4 && shape[1] === 1);
  const sides = outputs.find(({ shape }) => shape.length === 4 && shape[1] === 4);
  if (!heat || !sides || !fits(heat.shape, [1, 1, null, null]) || !fits(sides.shape, [1, 4, null, null]))
    return undefined;
  const adapter: Adapter = {
    family: 'CenterNet',
    input: { name: image.name, type: 'uint8', ...PREPARATIONS.rgb255 },
    size: image.size,
    align: 'centre',
    needsNms: true,
    decode: (values, input, minScore, found) => decode(values[heat.name], values[sides.name], input, minScore, found),
  };
  return adapter;
};

function decode(heat: TensorValue, sides: TensorValue, input: Size, minScore: number, found: Candidates): void {
  const [, , height, width] = heat.dims;
  const score = heat.data as Float32Array;
  const side = sides.data as Float32Array;
  const plane = width * height;
  const stepX = input.width / width;
  const stepY = input.height / height;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (score[at] < minScore || !isPeak(score, width, height, x, y)) continue;
      // The cells around the peak describe the same person: their boxes are averaged by squared score (box voting,
      // Gidaris & Komodakis 2015), which steadies the box.
      let weight = 0;
      let left = 0;
      let top = 0;
      let right = 0;
      let bottom = 0;
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          const i = v * width + u;
          const w = score[i] * score[i];
          weight += w;
          left += w * (u * stepX - side[i]);
          top += w * (v * stepY - side[plane + i]);
          right += w * (u * stepX + side[2 * plane + i]);
          bottom += w * (v * stepY + side[3 * plane + i]);
        }
      }
      found.add(left / weight, top / weight, right / weight, bottom / weight, score[at]);
    }
  }
}

/** Whether no cell of the 3 × 3 around one is higher; of equal ones the first counts. */
function isPeak(score: Float32Array, width: number, height: number, x: number, y: number): boolean {
  const at = y * width + x;
  for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
    for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
      const i = v * width + u;
      if (score[i] > score[at] || (score[i] === score[at] && i < at)) return false;
    }
  }
  return true;
}
