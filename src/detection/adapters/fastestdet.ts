import { sigmoid } from '../../core/probability.ts';
import { fits, isFree } from '../../inference/tensors.ts';
import { type Adapter, imageInput, PREPARATIONS, type Recognise } from './adapter.ts';

/**
 * FastestDet (dog-qiuqiu, 2022): one map [1, 5 + classes, H, W] of stride 16 with objectness, centre offset and size before
 * their tanh and sigmoid, and class probabilities; the score is objectness^0.6 × class^0.4.
 */
export const recogniseFastestDet: Recognise = (inputs, outputs) => {
  const image = imageInput(inputs[0]);
  if (!image?.size || inputs.length !== 1 || outputs.length !== 1 || inputs[0].type !== 'float32') return undefined;
  const { name, shape } = outputs[0];
  const [width, height] = [image.size.width / 16, image.size.height / 16];
  if (!fits(shape, [1, null, height, width]) || shape.slice(1).some(isFree) || (shape[1] as number) < 6)
    return undefined;
  const adapter: Adapter = {
    family: 'FastestDet',
    input: { name: image.name, type: 'float32', ...PREPARATIONS.bgr1 },
    size: image.size,
    align: 'centre',
    calibration: { of: 'log-odds', intercept: -2.05, slope: 2.2 },
    needsNms: true,
    decode(values, input, minScore, found) {
      const data = values[name].data as Float32Array;
      const cells = width * height;
      for (let i = 0; i < cells; i++) {
        const score = data[i] ** 0.6 * data[5 * cells + i] ** 0.4;
        if (!(score >= minScore)) continue;
        const x = (((i % width) + Math.tanh(data[cells + i])) / width) * input.width;
        const y = ((Math.floor(i / width) + Math.tanh(data[2 * cells + i])) / height) * input.height;
        const boxWidth = sigmoid(data[3 * cells + i]) * input.width;
        const boxHeight = sigmoid(data[4 * cells + i]) * input.height;
        found.addCentred(x, y, boxWidth, boxHeight, score);
      }
    },
  };
  return adapter;
};
