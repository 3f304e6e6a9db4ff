import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeGreyNetwork, writeGreyPeople } from '../appearance/grey-people.ts';
import { SMALL_MODEL_FILE } from '../association/small-model.ts';
import { SAMPLE, writeWalkers } from '../commands/cli.ts';
import { runFfmpeg } from '../video/clips.ts';

const root = join(import.meta.dirname, '../..');
const models = join(root, 'models');

/** Number of frames of the clip. */
const FRAMES = 10;

/** Makes a project with the built package installed, and the files that the pages name. */
export function writeStreet(folder: string): void {
  const at = (...names: string[]) => join(folder, ...names);
  const make = (...names: string[]) => mkdirSync(at(...names), { recursive: true });
  make('node_modules/@types');
  symlinkSync(root, at('node_modules/twintrack'), 'dir');
  for (const name of ['@types/node', 'undici-types'])
    symlinkSync(join(root, 'node_modules', name), at('node_modules', name));
  writeFileSync(at('package.json'), '{"type":"module"}');

  runFfmpeg('-i', SAMPLE, '-frames:v', String(FRAMES), '-c:v', 'libx264', '-preset', 'ultrafast', at('street.mp4'));
  for (const name of ['hall.mp4', 'yard.mp4', 'door.mp4', 'hall-noon.mp4']) copyFileSync(at('street.mp4'), at(name));
  const corners = ['[0, 0]', '[600, 0]', '[600, 400]', '[0, 400]'];
  writeFileSync(at('hall.yaml'), `zones: { exit-east: { points: [${corners.join()}] } }\n`);
  const points = corners.map((at) => `{ image: ${at}, ground: ${at} }`);
  for (const name of ['yard-ground.yaml', 'plan-ground.yaml'])
    writeFileSync(at(name), `calibration: { points: [${points.join()}] }\n`);
  writeFileSync(at('site.yaml'), 'cameras: { hall: { trajectories: hall.trajectories.json } }\n');
  make('frames');
  runFfmpeg('-i', SAMPLE, '-frames:v', '5', at('frames', '%03d.jpg'));
  for (const [name, x] of [
    ['a.jpg', 500],
    ['b.jpg', 505],
    ['guest.jpg', 495],
  ] as const)
    runFfmpeg('-i', SAMPLE, '-frames:v', '1', '-vf', `crop=64:128:${x}:150`, at(name));

  const det = writeWalkers(at('det.txt'), FRAMES);
  copyFileSync(det, at('boxes.txt'));
  const lines = readFileSync(det, 'utf8').trim().split('\n');
  const truth = lines.map((line, k) => line.replace(',-1,', `,${1 + (k % 2)},`));
  writeFileSync(at('gt.txt'), truth.map((line) => line.replace(/[^,]*$/, '1,-1,-1,-1')).join('\n'));
  // a detector that is less sure of what is not there
  const others = lines.map((line) =>
    line.replace(/,-1,([\d.]+),(.*),[^,]*$/, (_, x, box) => `,-1,${Number(x) + 300},${box},0.3`),
  );
  writeFileSync(at('yolo-boxes.txt'), [...lines, ...others].join('\n'));
  make('street/gt');
  copyFileSync(at('gt.txt'), at('street/gt/gt.txt'));
  make('MOT17/train/MOT17-02-FRCNN/gt');
  const classes = truth.map((line) => line.replace(/[^,]*$/, '1,1,1'));
  writeFileSync(at('MOT17/train/MOT17-02-FRCNN/gt/gt.txt'), classes.join('\n'));
  make('results');
  writeFileSync(at('results/MOT17-02-FRCNN.txt'), truth.map((line) => `${line},-1,-1,-1`).join('\n'));

  symlinkSync(join(models, 'rtmdet-nano-person.onnx'), at('detector.onnx'));
  writeGreyPeople(at('crops'));
  writeGreyNetwork(at('osnet.onnx'));
  for (const name of ['model', 'my-siamese', 'DIR']) {
    make(name);
    writeFileSync(at(name, 'association.json'), SMALL_MODEL_FILE);
    for (const file of ['siamese-embedding.onnx', 'siamese-head.onnx']) symlinkSync(join(models, file), at(name, file));
  }
  writeFileSync(
    at('zones.yaml'),
    `zones:
  queue: { points: [[120, 300], [400, 300], [420, 560], [100, 560]] }
lines:
  door: { points: [[0.5, 1], [0.5, 0]], unit: ratio }
`,
  );
  writeFileSync(at('twintrack.yaml'), 'tracking:\n  lostSeconds: 3\n');
  writeFileSync(at('points.csv'), '100,500,0,0\n700,500,0.0001,0\n560,200,0.0001,0.0002\n220,200,0,0.0002\n');
}
