/**
 * How well the shipped detector finds a person in a region of a picture by itself, against in the whole picture: each person found in one of the
 * pictures (0.2 or more) is looked for again in a region that holds their box, with margins of several sizes around it, by the means of channels
 * over the region ("own") and over the whole picture ("whole").
 *
 *   npx tsx bench/regions.ts PICTURE.jpg … [--margins 0,16,32,48,64]
 *
 * Prints Markdown: the mean change of the probability, the mean size of that change, how well the boxes overlap, and how many people are lost.
 */
import { parseArgs } from 'node:util';
import type { Letterbox } from '../src/core/frame.ts';
import { type Boxes, iou, type Size } from '../src/core/geometry.ts';
import { loadDetector, type PicturePart, type Region } from '../src/detection/index.ts';
import { MARGIN } from '../src/detection/input-region.ts';
import { table } from '../src/learning/association/report.ts';
import { openVideo } from '../src/video/index.ts';

const PERSON = 0.2;
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { margins: { type: 'string', default: '0,16,32,48,64' } },
});
const margins = values.margins.split(',').map(Number);
const detector = await loadDetector('rtmdet-nano', { minScore: 0.05 });
const sums = new Map<string, { people: number; change: number; size: number; overlap: number; lost: number }>();

for (const picture of positionals) {
  const video = await openVideo(picture, { letterbox: ({ width, height }) => detector.letterbox(width, height) });
  for await (const frame of video) {
    const input = new Uint8Array(frame.input as Uint8Array);
    const look = (part?: PicturePart) => detector.detect({ ...frame, input: new Uint8Array(input) }, { part });
    const whole = await look();
    for (let i = 0; i < whole.length && whole.scores[i] >= PERSON; i++) {
      for (const margin of margins) {
        const region = around(whole.boxes, i, margin, frame, detector.letterbox(frame.width, frame.height));
        for (const told of [false, true]) {
          const { boxes, scores } = await look({ region, context: told ? whole.context : undefined });
          const overlaps = Array.from(scores, (_, j) => iou(whole.boxes, i, boxes, j));
          const overlap = Math.max(0, ...overlaps);
          count(`${margin} ${told ? 'whole' : 'own'}`, whole.scores[i], scores[overlaps.indexOf(overlap)], overlap);
        }
      }
    }
  }
}
await detector.close();

const rows = [...sums].map(([name, { people, change, size, overlap, lost }]) => [
  ...name.split(' '),
  ...[change, size].map((sum) => (sum / people).toFixed(3)),
  (overlap / (people - lost)).toFixed(3),
  String(lost),
  String(people),
]);
process.stdout.write(`${table(['margin', 'means', 'change', 'its size', 'IoU', 'lost', 'people'], rows)}\n`);

/** The region for the detector to have this margin around box `i`, in pixels of the input. */
function around(boxes: Boxes, i: number, margin: number, { width }: Size, { innerWidth }: Letterbox): Region {
  const more = ((margin - MARGIN) * width) / innerWidth;
  const [x, y, w, h] = boxes.subarray(4 * i, 4 * i + 4);
  return { left: x - more, top: y - more, width: w + 2 * more, height: h + 2 * more };
}

function count(key: string, before: number, after: number | undefined, overlap: number): void {
  const sum = sums.get(key) ?? { people: 0, change: 0, size: 0, overlap: 0, lost: 0 };
  sums.set(key, sum);
  sum.people++;
  if (after === undefined || overlap < 0.5) {
    sum.lost++;
    sum.change -= before;
    sum.size += before;
    return;
  }
  sum.change += after - before;
  sum.size += Math.abs(after - before);
  sum.overlap += overlap;
}
