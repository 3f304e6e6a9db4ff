/**
 * Average precision and time of a detector over a video with ground truth:
 *
 *   npx tsx bench/detection.ts --video V --gt GT.txt [--detector NAME|FILE.onnx] [--sizes 512x512,640x480] [--nms 0.7] [--stretch]
 *
 * AP as in PASCAL VOC 2010: area under the precision-recall curve with monotonic precision. Each ground truth box (rows with a 1 in the 7th
 * column, frame n = frame n of the video) is matched once, by the best detection that overlaps it enough. `ms` is the median
 * time of the network on one thread, input conversion included; `--stretch` fills the input instead of keeping the aspect.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Boxes, iou } from '../src/core/geometry.ts';
import { type Detections, loadDetector } from '../src/detection/index.ts';
import { type Letterbox, openVideo } from '../src/video/index.ts';
import { unletterbox } from '../src/video/letterbox.ts';

const { values: options } = parseArgs({
  options: {
    video: { type: 'string' },
    gt: { type: 'string' },
    detector: { type: 'string', default: 'rtmdet-nano' },
    sizes: { type: 'string', default: '' },
    nms: { type: 'string', default: '0.7' },
    stretch: { type: 'boolean', default: false },
  },
});
if (!options.video || !options.gt) throw new Error('give --video and --gt');
const truth = readTruth(options.gt);

console.log('| input | AP 0.5 | AP 0.75 | recall | duplicates | mean IoU | ms |\n|---|---|---|---|---|---|---|');
for (const size of options.sizes ? options.sizes.split(',') : ['']) await measure(options.video, size);

async function measure(video: string, size: string): Promise<void> {
  const [width, height] = size.split('x').map(Number);
  const detector = await loadDetector(options.detector, {
    minScore: 0.05,
    nmsIou: Number(options.nms),
    cores: 1,
    ...(size ? { inputSize: { width, height } } : {}),
  });
  const source = await openVideo(video, { letterbox: (info) => fit(detector.letterbox(info.width, info.height)) });
  const frames: Detections[] = [];
  const times: number[] = [];
  let input = '';
  for await (const frame of source) {
    const before = detector.inferenceMilliseconds;
    const letterbox = detector.letterbox(frame.width, frame.height);
    input = `${letterbox.width}×${letterbox.height}`;
    const found = await detector.detect(frame);
    if (options.stretch) restretch(found.boxes, letterbox, frame.width, frame.height);
    frames.push(found);
    times.push(detector.inferenceMilliseconds - before);
  }
  await detector.close();
  const [at50, at75] = [averagePrecision(frames, 0.5), averagePrecision(frames, 0.75)];
  const ms = times.sort((a, b) => a - b)[times.length >> 1];
  const row = [input, at50.ap.toFixed(3), at75.ap.toFixed(3), at50.recall.toFixed(3), at50.duplicates];
  console.log(`| ${[...row, at50.meanIou.toFixed(3), ms.toFixed(1)].join(' | ')} |`);
}

/** With --stretch, the whole input instead of the part that keeps the aspect. */
function fit(letterbox: Letterbox): Letterbox {
  const { width, height } = letterbox;
  return options.stretch
    ? { width, height, innerWidth: width, innerHeight: height, offsetX: 0, offsetY: 0 }
    : letterbox;
}

/** Undoes the mapping by the letterbox, and maps by the stretched input. */
function restretch(boxes: Boxes, letterbox: Letterbox, width: number, height: number): void {
  for (let i = 0; i < boxes.length; i += 4) {
    boxes[i] = boxes[i] * (letterbox.innerWidth / width) + letterbox.offsetX;
    boxes[i + 1] = boxes[i + 1] * (letterbox.innerHeight / height) + letterbox.offsetY;
    boxes[i + 2] *= letterbox.innerWidth / width;
    boxes[i + 3] *= letterbox.innerHeight / height;
  }
  unletterbox(boxes, fit(letterbox), width, height);
}

/** Boxes of each frame (0-based), pixels counted from 0. */
function readTruth(file: string): Map<number, Boxes> {
  const rows = new Map<number, number[]>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [frame, , x, y, w, h, counted] = line.split(',').map(Number);
    if (counted !== 1) continue;
    const boxes = rows.get(frame - 1) ?? [];
    rows.set(frame - 1, boxes);
    boxes.push(x - 1, y - 1, w, h);
  }
  return new Map([...rows].map(([frame, boxes]) => [frame, Float64Array.from(boxes)]));
}

function averagePrecision(frames: readonly Detections[], threshold: number) {
  const all = frames.flatMap((found, frame) => Array.from(found.scores, (score, i) => ({ frame, i, score })));
  all.sort((a, b) => b.score - a.score);
  let total = 0;
  for (const boxes of truth.values()) total += boxes.length / 4;
  const taken = new Set<string>();
  const precision: number[] = [];
  const hit: boolean[] = [];
  let duplicates = 0;
  let overlap = 0;
  for (const { frame, i, score } of all) {
    const boxes = truth.get(frame) ?? new Float64Array(0);
    let best = 0;
    let at = -1;
    for (let j = 0; j < boxes.length / 4; j++) {
      const v = iou(frames[frame].boxes, i, boxes, j);
      if (v > best) [best, at] = [v, j];
    }
    const again = taken.has(`${frame} ${at}`);
    const good = best >= threshold && !again;
    if (good) {
      taken.add(`${frame} ${at}`);
      overlap += best;
    } else if (best >= threshold && again && score >= 0.3) duplicates++;
    hit.push(good);
    precision.push(taken.size / hit.length);
  }
  let ap = 0;
  let ceiling = 0;
  for (let k = hit.length - 1; k >= 0; k--) {
    ceiling = Math.max(ceiling, precision[k]);
    if (hit[k]) ap += ceiling / total;
  }
  return { ap, recall: taken.size / total, duplicates, meanIou: overlap / taken.size };
}
