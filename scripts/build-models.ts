/**
 * Builds the embedded models: `npm run models:build [DIR]` writes them to DIR (default `models/`), always the same bytes.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeOnnx } from '../src/inference/onnx/writer.ts';
import { convertTfjs } from './onnx/convert.ts';
import { readTfjsGraph } from './onnx/tfjs-graph.ts';

/** COCO's first class. */
const PERSON = 0;

/** The COCO CenterNet of the package @vladmandic/human, cut before its peak picking and reduced to the person class. */
export function buildCenterNet(): Uint8Array {
  const source = fileURLToPath(new URL('../node_modules/@vladmandic/human/models/centernet.json', import.meta.url));
  const graph = convertTfjs(readTfjsGraph(source), {
    name: 'centernet-person',
    outputs: { 'tower_0/keypoints': { as: 'keypoints', channels: 1 }, 'tower_0/wh': { as: 'wh', channels: 4 } },
    keepChannels: { 'tower_0/CenternetHead/centernet_cls_output/BiasAdd': [PERSON] },
    stride: 4,
  });
  return writeOnnx(graph, {
    opset: 14,
    producer: 'twintrack',
    metadata: { source: '@vladmandic/human models/centernet.json (MIT), MobileNetV3 CenterNet trained on COCO' },
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const directory = resolve(process.argv[2] ?? fileURLToPath(new URL('../models', import.meta.url)));
  mkdirSync(directory, { recursive: true });
  const model = buildCenterNet();
  writeFileSync(join(directory, 'centernet-person.onnx'), model);
  const sha256 = createHash('sha256').update(model).digest('hex');
  console.log(`centernet-person.onnx  ${model.length} bytes  sha256 ${sha256}`);
}
