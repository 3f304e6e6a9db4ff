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
const FAMILIES: Readonly<Record<string, Recognise>> = {
  CenterNet: recogniseCenterNet,
  NanoDet: recogniseNanoDet,
  YOLOX: recogniseYolox,
  'YOLO (v5 to v12 exports)': recogniseYolo,
  'RTMDet (NMS inside)': recogniseRtmdet,
  'DETR (RT-DETR, D-FINE, RF-DETR)': recogniseDetr,
  FastestDet: recogniseFastestDet,
};

/**
 * The adapter for a network, chosen by its inputs and outputs alone.
 *
 * @param file shown in the error
 * @throws TwintrackError that says what the network has and which families are known
 */
export function adapterFor(file: string, inputs: readonly TensorInfo[], outputs: readonly TensorInfo[]): Adapter {
  for (const recognise of Object.values(FAMILIES)) {
    const adapter = recognise(inputs, outputs);
    if (adapter) return adapter;
  }
  throw inputError(
    file,
    `not a detector of a known family: it takes ${describe(inputs)} and gives ${describe(outputs)}`,
    `known are ${Object.keys(FAMILIES).join(', ')}`,
  );
}

function describe(tensors: readonly TensorInfo[]): string {
  const shown = tensors.slice(0, 8).map(({ name, type, shape }) => `${name} ${type} [${shape.join(', ')}]`);
  return shown.join(', ') + (tensors.length > shown.length ? ` and ${tensors.length - shown.length} more` : '');
}
