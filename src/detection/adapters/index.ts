import { inputError } from '../../core/errors.ts';
import type { TensorInfo } from '../../inference/tensors.ts';
import type { Adapter, Recognise } from './adapter.ts';
import { recogniseCenterNet } from './centernet.ts';
import { recogniseDetr } from './detr.ts';
import { recogniseFastestDet } from './fastestdet.ts';
import { recogniseNanoDet } from './nanodet.ts';
import { recogniseRtmdet } from './rtmdet.ts';
import { recogniseYolo } from './yolo.ts';
import { recogniseYolox } from './yolox.ts';

/** The families that are known, in the order they are tried. */
const FAMILIES = new Map<string, Recognise>([
  ['CenterNet', recogniseCenterNet],
  ['NanoDet', recogniseNanoDet],
  ['YOLOX', recogniseYolox],
  ['YOLO (v5 to v12 exports)', recogniseYolo],
  ['RTMDet (NMS inside)', recogniseRtmdet],
  ['DETR (RT-DETR, D-FINE, RF-DETR)', recogniseDetr],
  ['FastestDet', recogniseFastestDet],
]);

/**
 * Makes a family of ONNX detectors known to `loadDetector`. Families of your own are tried before those that come with twintrack.
 *
 * @param name what it is called in errors; one that is known is replaced
 * @param recognise returns how to feed a network of the family and how to read its outputs; undefined for a network of another one
 *
 * @example
 * registerDetectorFamily('boxes', (inputs, outputs) => {
 *   if (outputs[0]?.name !== 'my_boxes') return undefined;
 *   return {
 *     family: 'boxes',
 *     input: { name: inputs[0].name, type: 'float32', ...PREPARATIONS.rgb1 },
 *     size: { width: 640, height: 384 },
 *     align: 'topLeft',
 *     needsNms: true,
 *     decode({ my_boxes: { data, dims } }, _size, minScore, found) {
 *       for (let i = 0; i < dims[0]; i++) {
 *         const [x1, y1, x2, y2, score] = [0, 1, 2, 3, 4].map((k) => Number(data[5 * i + k]));
 *         if (score >= minScore) found.add(x1, y1, x2, y2, score);
 *       }
 *     },
 *   };
 * });
 */
export function registerDetectorFamily(name: string, recognise: Recognise): void {
  const others = [...FAMILIES].filter(([known]) => known !== name);
  FAMILIES.clear();
  for (const [known, family] of [[name, recognise] as const, ...others]) FAMILIES.set(known, family);
}

/**
 * The adapter for a network, chosen by its inputs and outputs alone.
 *
 * @param file shown in the error
 * @throws TwintrackError that says what the network has and which families are known
 */
export function adapterFor(file: string, inputs: readonly TensorInfo[], outputs: readonly TensorInfo[]): Adapter {
  for (const recognise of FAMILIES.values()) {
    const adapter = recognise(inputs, outputs);
    if (adapter) return adapter;
  }
  throw inputError(
    file,
    `not a detector of a known family: it takes ${describe(inputs)} and gives ${describe(outputs)}`,
    `known are ${[...FAMILIES.keys()].join(', ')}`,
  );
}

function describe(tensors: readonly TensorInfo[]): string {
  const shown = tensors.slice(0, 8).map(({ name, type, shape }) => `${name} ${type} [${shape.join(', ')}]`);
  return shown.join(', ') + (tensors.length > shown.length ? ` and ${tensors.length - shown.length} more` : '');
}
