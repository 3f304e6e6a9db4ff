import { logOdds, sigmoid } from '../../core/probability.ts';
import { type ContextFormat, fits, type TensorInfo, type TensorValue } from '../../inference/tensors.ts';
import { type Adapter, imageInput, PREPARATIONS, type Recognise } from './adapter.ts';

/**
 * RTMDet (Lyu et al., 2022) in two layouts of its exports; a picture goes in as floats (OpenMMLab's mean and deviation) or as bytes R, G, B:
 * - with NMS inside (MMDeploy): boxes and scores [1, n, 5] (left, top, right, bottom, score, in input pixels), and class labels [1, n] as
 *   int64;
 * - as its heads give it: for each of three strides log-odds [1, classes, h, w], then for each of them the distances from the cell's point to
 *   left, top, right and bottom [1, 4, h, w], in input pixels. The shipped one also takes and gives the means by which it weighs channels.
 */
export const recogniseRtmdet: Recognise = (inputs, outputs) => {
  const image = imageInput(inputs[0]);
  const context = contextOf(inputs, outputs);
  if (!image || inputs.length !== (context ? 3 : 1)) return undefined;
  const layout = withNms(outputs) ?? heads(context ? outputs.slice(0, 6) : outputs);
  if (!layout) return undefined;
  const bytes = inputs[0].type === 'uint8';
  const adapter: Adapter = {
    family: 'RTMDet',
    input: {
      name: image.name,
      type: bytes ? 'uint8' : 'float32',
      ...(bytes ? PREPARATIONS.rgb255 : PREPARATIONS.imagenetBgr),
      ...(context && { context }),
    },
    size: image.size,
    align: 'topLeft',
    calibration: { of: 'log-odds', intercept: 0.92, slope: 2.33 },
    needsNms: true,
    decode: layout,
  };
  return adapter;
};

function contextOf(inputs: readonly TensorInfo[], outputs: readonly TensorInfo[]): ContextFormat | undefined {
  const [, given, whole] = inputs;
  const taken = outputs[6];
  const length = given?.shape[1];
  if (typeof length !== 'number' || !taken || !fits(given.shape, [1, null, 1, 1]) || !whole) return undefined;
  const floats = [given, whole, taken].every(({ type }) => type === 'float32');
  if (!floats || !fits(whole.shape, [1]) || !fits(taken.shape, [1, length, 1, 1])) return undefined;
  return { given: given.name, whole: whole.name, taken: taken.name, length };
}

function withNms(outputs: readonly TensorInfo[]): Adapter['decode'] | undefined {
  const boxes = outputs.find(({ shape, type }) => type === 'float32' && fits(shape, [1, null, 5]));
  const labels = outputs.find(({ shape, type }) => type === 'int64' && fits(shape, [1, null]));
  if (!boxes || !labels || outputs.length !== 2) return undefined;
  return (values, _, minScore, found) => {
    const box = values[boxes.name].data as Float32Array;
    const label = values[labels.name].data as BigInt64Array;
    for (let i = 0, at = 0; i < label.length; i++, at += 5) {
      if (label[i] !== 0n || box[at + 4] < minScore) continue;
      found.add(box[at], box[at + 1], box[at + 2], box[at + 3], box[at + 4]);
    }
  };
}

function heads(outputs: readonly TensorInfo[]): Adapter['decode'] | undefined {
  if (outputs.length !== 6 || outputs.some(({ shape, type }) => type !== 'float32' || shape.length !== 4)) return;
  const classes = outputs.slice(0, 3);
  const sides = outputs.slice(3);
  const [, channels] = classes[0].shape;
  if (!classes.every(({ shape }) => shape[1] === channels) || !sides.every(({ shape }) => shape[1] === 4)) return;
  return (values, input, minScore, found) => {
    const least = logOdds(minScore, 0);
    classes.forEach(({ name }, i) => {
      const { data, dims } = values[name] as TensorValue & { data: Float32Array };
      const side = values[sides[i].name].data as Float32Array;
      const columns = dims[3];
      const cells = dims[2] * columns; // a person is the first class
      const stride = input.width / columns;
      for (let cell = 0; cell < cells; cell++) {
        if (data[cell] < least) continue;
        const x = (cell % columns) * stride;
        const y = Math.floor(cell / columns) * stride;
        const right = x + side[2 * cells + cell];
        const bottom = y + side[3 * cells + cell];
        found.add(x - side[cell], y - side[cells + cell], right, bottom, sigmoid(data[cell]));
      }
    });
  };
}
