import { fits } from '../../inference/tensors.ts';
import { type Adapter, imageInput, PREPARATIONS, type Recognise } from './adapter.ts';

/**
 * RTMDet (Lyu et al., 2022) and other OpenMMLab detectors exported by MMDeploy with NMS inside: boxes and scores
 * [1, n, 5] (left, top, right, bottom, score, in input pixels), and class labels [1, n] as int64.
 */
export const recogniseRtmdet: Recognise = (inputs, outputs) => {
  const image = imageInput(inputs[0]);
  if (!image || inputs.length !== 1 || outputs.length !== 2 || inputs[0].type !== 'float32') return undefined;
  const boxes = outputs.find(({ shape, type }) => type === 'float32' && fits(shape, [1, null, 5]));
  const labels = outputs.find(({ shape, type }) => type === 'int64' && fits(shape, [1, null]));
  if (!boxes || !labels) return undefined;
  const adapter: Adapter = {
    family: 'RTMDet',
    input: { name: image.name, type: 'float32', ...PREPARATIONS.imagenetBgr },
    size: image.size,
    align: 'topLeft',
    needsNms: true,
    decode(values, _, minScore, found) {
      const box = values[boxes.name].data as Float32Array;
      const label = values[labels.name].data as BigInt64Array;
      for (let i = 0, at = 0; i < label.length; i++, at += 5) {
        if (label[i] !== 0n || box[at + 4] < minScore) continue;
        found.add(box[at], box[at + 1], box[at + 2], box[at + 3], box[at + 4]);
      }
    },
  };
  return adapter;
};
