/**
 * Makes pairs with a Siamese similarity for `train association --appearance`:
 *
 *   npx tsx scripts/association-appearance.ts MOT_ROOT [--det NAMES] --people FOLDER --crops FOLDER [--model DIR] --out appearance.json
 *
 * MOT_ROOT has ground truth but no pictures. The people of `--people` (pictures `ID_<camera><n>.jpg` that the network was not trained on) are
 * drawn where its ground truth has people, so occlusion, sizes and motion are real. `--crops` holds real pictures of a street camera at one
 * frame a second, with a boxes.csv of columns video_frame (25 a second), track, x, y, w, h and crop.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadSiamese, PATCH_BYTES } from '../src/appearance/index.ts';
import { handSetScore } from '../src/association/scores/hand-set.ts';
import { toAppearanceFile } from '../src/learning/association/appearance-examples.ts';
import type { Examples } from '../src/learning/association/boosting.ts';
import { joinExamples } from '../src/learning/association/example-sets.ts';
import { ExampleCollector } from '../src/learning/association/examples.ts';
import { collectExamples } from '../src/learning/association/train-association.ts';
import type { LabelledFrame } from '../src/learning/labelled-frame.ts';
import { loadMotRoot } from '../src/learning/mot-root.ts';
import { readPictureFolder } from '../src/learning/siamese/picture-folder.ts';
import { listPictures } from '../src/video/still-images.ts';
import { actorsOf, renderPeople } from './rendered-people.ts';

/** A detector's usual score of a person in full view. */
const SCORE = 0.8;
/** At one frame a second a track is confirmed at once and stays lost for up to four frames. */
const SLOW = { confirmHits: 1, confirmSeconds: 0, tentativeSeconds: 4, lostSeconds: 4, cameraMotion: false };

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    det: { type: 'string' },
    people: { type: 'string' },
    crops: { type: 'string' },
    model: { type: 'string', default: 'siamese' },
    out: { type: 'string' },
  },
});
const { people, crops, out } = values;
if (positionals.length !== 1 || !people || !crops || !out) {
  process.stderr.write(
    'usage: association-appearance.ts MOT_ROOT [--det NAMES] --people FOLDER --crops FOLDER --out FILE\n',
  );
  process.exit(2);
}
const model = await loadSiamese(values.model);

const sequences = new Map<string, Examples>();
const actors = actorsOf(await readPictureFolder(people));
for (const sequence of await loadMotRoot(positionals[0], { det: values.det?.split(',') })) {
  const { name, det, frameRate } = sequence;
  const found = collectExamples({ frameRate, frames: await renderPeople(sequence, actors, model) }, model);
  const before = sequences.get(name);
  sequences.set(name, before ? joinExamples([before, found]) : found);
  process.stderr.write(`${name}, ${det}: ${found.length} pairs\n`);
}
const collector = new ExampleCollector();
collector.addSequence(await streetFrames(crops), SLOW, handSetScore, model);
process.stderr.write(`${basename(crops)}: ${collector.examples.length} pairs\n`);
writeFileSync(out, toAppearanceFile({ sequences, others: collector.examples }));
await model.close();

/** The frames of the street camera with embeddings. */
async function streetFrames(folder: string): Promise<LabelledFrame[]> {
  const { patches } = await readPictureFolder(folder);
  const at = new Map(listPictures(folder).map((file, i) => [basename(file), i]));
  const lines = readFileSync(join(folder, 'boxes.csv'), 'utf8').trim().split('\n').slice(1);
  const byFrame = new Map<number, string[][]>();
  for (const row of lines.map((line) => line.split(',')))
    byFrame.set(Number(row[0]), [...(byFrame.get(Number(row[0])) ?? []), row]);
  const frames: LabelledFrame[] = [];
  for (const [frame, rows] of [...byFrame].sort(([a], [b]) => a - b)) {
    const own = rows.map((row) => at.get(row[6])! * PATCH_BYTES);
    const embeddings = await model.embed(Buffer.concat(own.map((from) => patches.subarray(from, from + PATCH_BYTES))));
    frames.push({
      time: frame / 25,
      identities: Int32Array.from(rows, (row) => Number(row[1]) + 1),
      detections: {
        length: rows.length,
        boxes: Float64Array.from(rows.flatMap((row) => row.slice(2, 6).map(Number))),
        scores: new Float32Array(rows.length).fill(SCORE),
        embeddings,
      },
    });
  }
  return frames;
}
