import type { Size } from '../../core/geometry.ts';
import { fits, isFree, type TensorInfo } from '../../inference/tensors.ts';
import { type Adapter, cellCount, imageInput, PREPARATIONS, type Recognise } from './adapter.ts';
import { YOLOX_CALIBRATION } from './yolox.ts';

/**
 * The YOLO line of exports, RGB 0..1 in, boxes in input pixels, in three layouts:
 * - v8 to v12: [1, 4 + classes, N] with centre x, y, width, height, and the class scores, a column a cell;
 * - v5 and v7: [1, N, 5 + classes], the same with objectness before the classes, a row an anchor (three a cell);
 * - end to end (v10, or exported with NMS): [1, n, 6] with left, top, right, bottom, score, class.
 */
export const recogniseYolo: Recognise = (inputs, outputs) => {
  const image = imageInput(inputs[0]);
  if (!image || inputs.length !== 1 || outputs.length !== 1 || inputs[0].type !== 'float32') return undefined;
  const [output] = outputs;
  if (!fits(output.shape, [1, null, null])) return undefined;
  const layout = endToEnd(output) ?? cornersByColumn(output, image.size) ?? anchorsByRow(output, image.size);
  if (!layout) return undefined;
  const adapter: Adapter = {
    family: 'YOLO',
    input: { name: image.name, type: 'float32', ...PREPARATIONS.rgb1 },
    size: image.size,
    align: 'centre',
    calibration: YOLOX_CALIBRATION,
    ...layout,
  };
  return adapter;
};

type Layout = Pick<Adapter, 'decode' | 'needsNms'>;

function endToEnd({ name, shape }: TensorInfo): Layout | undefined {
  const [, rows, step] = shape;
  if (step !== 6 || (typeof rows === 'number' && rows > 1000)) return undefined;
  return {
    needsNms: false,
    decode(values, _, minScore, found) {
      const { data, dims } = values[name] as { data: Float32Array; dims: readonly number[] };
      for (let at = 0; at < dims[1] * 6; at += 6) {
        if (data[at + 4] < minScore || data[at + 5] !== 0) continue;
        found.add(data[at], data[at + 1], data[at + 2], data[at + 3], data[at + 4]);
      }
    },
  };
}

function cornersByColumn({ name, shape }: TensorInfo, size: Size | undefined): Layout | undefined {
  const [, rows, cells] = shape;
  const expected = size && [cellCount(size, [8, 16, 32]), cellCount(size, [8, 16, 32, 64])];
  if (typeof rows !== 'number' || rows < 5) return undefined;
  if (expected ? !expected.includes(cells as number) : !(isFree(cells) || Number(cells) > rows)) return undefined;
  return {
    needsNms: true,
    decode(values, _, minScore, found) {
      const { data, dims } = values[name] as { data: Float32Array; dims: readonly number[] };
      const n = dims[2];
      for (let i = 0; i < n; i++) {
        const score = data[4 * n + i];
        if (score < minScore) continue;
        found.addCentred(data[i], data[n + i], data[2 * n + i], data[3 * n + i], score);
      }
    },
  };
}

function anchorsByRow({ name, shape }: TensorInfo, size: Size | undefined): Layout | undefined {
  const [, rows, step] = shape;
  if (typeof step !== 'number' || step < 6) return undefined;
  if (size ? rows !== 3 * cellCount(size, [8, 16, 32]) : !(isFree(rows) || Number(rows) > step)) return undefined;
  return {
    needsNms: true,
    decode(values, _, minScore, found) {
      const { data } = values[name] as { data: Float32Array };
      for (let at = 0; at < data.length; at += step) {
        const score = data[at + 4] * data[at + 5];
        if (score < minScore) continue;
        found.addCentred(data[at], data[at + 1], data[at + 2], data[at + 3], score);
      }
    },
  };
}
