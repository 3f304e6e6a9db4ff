/**
 * How often detections are people, by tenths of the score as the network gives it and of the probability that twintrack makes of it, on a video
 * with ground truth. Prints a table; with --svg it draws it.
 *
 *   npx tsx bench/calibration.ts --video V --gt GT.txt [--detector NAME|FILE.onnx] [--svg FILE.svg]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { probabilityOf } from '../src/detection/calibration.ts';
import { loadDetector } from '../src/detection/index.ts';
import { readGroundTruth } from '../src/evaluation/index.ts';
import { table } from '../src/learning/association/report.ts';
import { identify } from '../src/learning/labelled-frame.ts';
import { peopleIn } from '../src/learning/mot-root.ts';
import { type CalibrationBin, calibration, logLoss } from '../src/learning/probability-figures.ts';
import { openVideo } from '../src/video/index.ts';

const { values } = parseArgs({
  options: {
    video: { type: 'string' },
    gt: { type: 'string' },
    detector: { type: 'string', default: 'rtmdet-nano' },
    svg: { type: 'string' },
  },
});
if (!values.video || !values.gt) throw new Error('give --video and --gt');
const truth = await readGroundTruth(values.gt);
const raw = await loadDetector(values.detector, { calibration: 'off', minScore: 0.05 });
const worth = await loadDetector(values.detector);
const source = await openVideo(values.video, { letterbox: ({ width, height }) => raw.letterbox(width, height) });
const scores: number[] = [];
const labels: number[] = [];
for await (const frame of source) {
  const found = await raw.detect(frame);
  const identities = identify(found, ...peopleIn(truth, frame.index));
  for (let j = 0; j < found.length; j++) {
    scores.push(found.scores[j]);
    labels.push(identities[j] > 0 ? 1 : 0);
  }
}
const probabilities = scores.map((score) => probabilityOf(score, worth.calibration));
await Promise.all([raw.close(), worth.close()]);

const people = Uint8Array.from(labels);
const curves = [
  ['scores', scores, '#999999'],
  ['probabilities', probabilities, '#1f77b4'],
] as const;
const bins = curves.map(([, of]) => calibration(Float64Array.from(of), people));
const rows = bins[0].map(({ from, to }, k) => [
  `${from.toFixed(1)} to ${to.toFixed(1)}`,
  ...bins.flatMap((of) => [String(of[k].count), of[k].predicted.toFixed(3), of[k].observed.toFixed(3)]),
]);
const heads = curves.flatMap(([name]) => [`${name}: boxes`, 'predicted', 'observed']);
process.stdout.write(`${table(['tenth', ...heads], rows)}\n`);
for (const [name, of] of curves)
  process.stdout.write(`log-loss of ${name}: ${logLoss(Float64Array.from(of), people).toFixed(4)}\n`);
if (values.svg) writeFileSync(values.svg, drawing());

/** Reliability curves: what a tenth says, and how many of it are people. */
function drawing(): string {
  const at = (x: number, y: number) => `${(40 + 320 * x).toFixed(1)},${(340 - 320 * y).toFixed(1)}`;
  const line = (of: readonly CalibrationBin[], colour: string) => {
    const points = of.filter(({ count }) => count > 0).map(({ predicted, observed }) => at(predicted, observed));
    const dots = points.map(
      (p) => `<circle cx="${p.split(',')[0]}" cy="${p.split(',')[1]}" r="3.5" fill="${colour}"/>`,
    );
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}`;
  };
  const names = curves.map(([name, , colour], k) => `<text x="52" y="${36 + 18 * k}" fill="${colour}">${name}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 380 390" font-family="sans-serif" font-size="13"><title>Share of detections that are people</title>
<rect width="380" height="390" fill="#ffffff"/>
<rect x="40" y="20" width="320" height="320" fill="none" stroke="#cccccc"/>
<polyline points="${at(0, 0)} ${at(1, 1)}" stroke="#cccccc" stroke-dasharray="4"/>
${bins.map((of, k) => line(of, curves[k][2])).join('\n')}
${names.join('\n')}
<text x="40" y="358">0</text><text x="352" y="358">1</text>
<text x="200" y="378" text-anchor="middle">predicted</text>
<text x="16" y="180" text-anchor="middle" transform="rotate(-90 16 180)">share that are people</text>
</svg>
`;
}
