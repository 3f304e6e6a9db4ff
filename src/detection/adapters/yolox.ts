import { fits } from '../../inference/tensors.ts';
import { type Adapter, cellCount, imageInput, PREPARATIONS, type Recognise } from './adapter.ts';

const STRIDES = [8, 16, 32];
/** Of YOLOX-nano; other YOLOs are trained with the same loss. */
export const YOLOX_CALIBRATION = { of: 'log-odds', intercept: -0.25, slope: 1.27 } as const;

/**
 * YOLOX (Ge et al., 2021) as its own exporter writes it, boxes not yet decoded: [1, N, 5 + classes], one row a cell of the
 * grids of stride 8, 16 and 32, with centre (in cells, from its cell), log size (in cells), objectness and class scores.
 */
export const recogniseYolox: Recognise = (inputs, outputs) => {
  const image = imageInput(inputs[0]);
  if (!image?.size || inputs.length !== 1 || outputs.length !== 1 || inputs[0].type !== 'float32') return undefined;
  const { name, shape } = outputs[0];
  const [, rows, step] = shape;
  if (!fits(shape, [1, null, null]) || rows !== cellCount(image.size, STRIDES)) return undefined;
  if (typeof step !== 'number' || step < 6) return undefined;
  const adapter: Adapter = {
    family: 'YOLOX',
    input: { name: image.name, type: 'float32', ...PREPARATIONS.bgr255 },
    size: image.size,
    align: 'topLeft',
    calibration: YOLOX_CALIBRATION,
    needsNms: true,
    decode(values, input, minScore, found) {
      const data = values[name].data as Float32Array;
      let at = 0;
      for (const stride of STRIDES) {
        const columns = Math.ceil(input.width / stride);
        const cells = cellCount(input, [stride]);
        for (let cell = 0; cell < cells; cell++, at += step) {
          const score = data[at + 4] * data[at + 5];
          if (score < minScore) continue;
          const x = ((cell % columns) + data[at]) * stride;
          const y = (Math.floor(cell / columns) + data[at + 1]) * stride;
          found.addCentred(x, y, Math.exp(data[at + 2]) * stride, Math.exp(data[at + 3]) * stride, score);
        }
      }
    },
  };
  return adapter;
};
