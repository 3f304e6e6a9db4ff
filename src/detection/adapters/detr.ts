import type { Size } from '../../core/geometry.ts';
import { sigmoid } from '../../core/probability.ts';
import { fits, isFree, type TensorInfo } from '../../inference/tensors.ts';
import { type Adapter, imageInput, PREPARATIONS, type Recognise } from './adapter.ts';

/**
 * DETR-style detectors (RT-DETR, Zhao et al. 2023; D-FINE, Peng et al. 2024; RF-DETR; DETR, Carion et al. 2020), whose queries
 * need no NMS, in two layouts:
 * - raw: logits [1, n, classes] and boxes [1, n, 4] (centre x, y, width, height as parts of the picture);
 * - decoded: labels [1, n], boxes [1, n, 4] (left, top, right, bottom), scores [1, n], and the picture's width and
 *   height as a second, int64 input, in whose pixels the boxes then come.
 */
export const recogniseDetr: Recognise = (inputs, outputs) => {
  const image = imageInput(inputs.find(({ shape }) => shape.length === 4));
  const boxes = outputs.find(({ shape, name }) => fits(shape, [1, null, 4]) && (shape[2] === 4 || /box/i.test(name)));
  if (!image || !boxes || !inputs.some(({ name, type }) => name === image.name && type === 'float32')) return undefined;
  if (inputs.length === 1 && outputs.length === 2) return raw(image, boxes, outputs);
  if (inputs.length === 2 && outputs.length === 3) return decoded(image, boxes, inputs, outputs);
  return undefined;
};

type Image = { readonly name: string; readonly size: Size | undefined };

/** Models of dynamic size are made for this one. */
const usual = (size: Size | undefined): Size => size ?? { width: 640, height: 640 };

function raw(image: Image, boxes: TensorInfo, outputs: readonly TensorInfo[]): Adapter | undefined {
  const logits = outputs.find((output) => output !== boxes && fits(output.shape, [1, null, null]));
  const classes = logits?.shape[2];
  if (!logits || typeof classes !== 'number' || isFree(classes) || logits.type !== 'float32') return undefined;
  // COCO's 91 original ids begin with an empty 0, and DETR adds "no object" as a 92nd under a softmax.
  const softmax = classes === 92;
  const person = classes >= 91 ? 1 : 0;
  const preparation = classes >= 91 ? PREPARATIONS.imagenetRgb : PREPARATIONS.rgb1;
  return {
    family: 'DETR',
    input: { name: image.name, type: 'float32', ...preparation },
    size: usual(image.size),
    align: 'centre',
    needsNms: false,
    decode(values, { width, height }, minScore, found) {
      const logit = values[logits.name].data as Float32Array;
      const box = values[boxes.name].data as Float32Array;
      for (let i = 0, at = 0; at < box.length; i++, at += 4) {
        const score = softmax ? softmaxOf(logit, i * classes, classes, person) : sigmoid(logit[i * classes + person]);
        if (score < minScore) continue;
        const [x, y] = [box[at] * width, box[at + 1] * height];
        found.addCentred(x, y, box[at + 2] * width, box[at + 3] * height, score);
      }
    },
  };
}

function decoded(
  image: Image,
  boxes: TensorInfo,
  inputs: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
): Adapter | undefined {
  const size = inputs.find(({ type, shape }) => type === 'int64' && fits(shape, [1, 2]));
  const labels = outputs.find(({ type, shape }) => type === 'int64' && fits(shape, [1, null]));
  const scores = outputs.find(({ type, shape }) => type === 'float32' && fits(shape, [1, null]));
  if (!size || !labels || !scores) return undefined;
  return {
    family: 'DETR',
    input: { name: image.name, type: 'float32', ...PREPARATIONS.rgb1, sizeInput: size.name },
    size: usual(image.size),
    align: 'centre',
    needsNms: false,
    decode(values, _, minScore, found) {
      const box = values[boxes.name].data as Float32Array;
      const label = values[labels.name].data as BigInt64Array;
      const score = values[scores.name].data as Float32Array;
      for (let i = 0, at = 0; i < score.length; i++, at += 4) {
        if (label[i] !== 0n || score[i] < minScore) continue;
        found.add(box[at], box[at + 1], box[at + 2], box[at + 3], score[i]);
      }
    },
  };
}

function softmaxOf(logits: Float32Array, at: number, length: number, index: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += Math.exp(logits[at + i] - logits[at + index]);
  return 1 / sum;
}
