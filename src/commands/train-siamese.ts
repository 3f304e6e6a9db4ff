import { type Command, Option } from 'commander';

import type { BackendInfo, CardFigures, Epoch, LossName } from '../learning/siamese/figures.ts';

import { numberFrom } from './options.ts';

interface SiameseOptions {
  readonly out: string;
  readonly loss: LossName;
  readonly epochs: number;
  readonly video?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** Registers `twintrack train siamese`. */
export function trainSiameseCommand(train: Command): void {
  train
    .command('siamese')
    .argument('<DATASET>', 'folder of pictures ID_*.jpg or named as in Market-1501, or a .trajectories.json')
    .summary('learn the Siamese CNN from pictures of people')
    .description(
      'Learns the similarity of two pictures of people, from pictures of known people. Some of the people are held out; ' +
        'after each epoch ROC-AUC, rank-1 and mAP are measured on them, and the best network is kept.\n' +
        'Writes siamese-embedding.onnx, siamese-head.onnx, siamese.json (the card) and siamese.svg (the curves).',
    )
    .requiredOption('--out <dir>', 'folder for the model, created when missing')
    .addOption(
      new Option('--loss <name>', 'what to minimise; all: the sum of them and of an identity classification')
        .choices(['bce', 'contrastive', 'triplet', 'all'])
        .default('all'),
    )
    .option('--epochs <n>', 'times that every picture is learned from', numberFrom(1, true), 30)
    .option(
      '--video <file>',
      'the video of a .trajectories.json; default the one that it names, beside it or in the current folder',
    )
    .option('--resume', 'continue an interrupted training')
    .option('--json', 'print the figures as one JSON object on standard output')
    .addHelpText(
      'after',
      `
Examples:
  twintrack train siamese people --out model
  twintrack train siamese Market-1501 --out model --loss triplet --epochs 60
  twintrack train siamese street.trajectories.json --video street.mp4 --out model
  twintrack train siamese people --out model --resume           after Ctrl-C
  twintrack track street.mp4 --set appearance.model=model

Training needs @tensorflow/tfjs-node-gpu, @tensorflow/tfjs-node or the WebAssembly packages; without one it says what to install.`,
    )
    .action(trainSiameseFiles);
}

async function trainSiameseFiles(dataset: string, options: SiameseOptions): Promise<void> {
  const { trainSiamese } = await import('../learning/siamese/train-siamese.ts');
  const { interruptible } = await import('./interrupt.ts');
  const { startBar } = await import('./progress.ts');
  const bar = await startBar('batches');
  let pictures = 0;
  await interruptible(bar.stop, async (signal) => {
    const figures = await trainSiamese(dataset, {
      ...options,
      signal,
      onStart: (backend, data) => {
        pictures = data.pictures;
        printStart(backend, data);
      },
      onBatch: ({ epoch, batch, batches, patchesPerSecond }) => {
        bar.update((epoch - 1) * batches + batch, options.epochs * batches, `| epoch ${epoch}`);
        // the first batch also compiles and loads
        if (epoch === 1 && batch === Math.min(2, batches)) printSpeed(patchesPerSecond, pictures, options.epochs);
      },
      onEpoch: (epoch, improved) => printEpoch(epoch, improved, options.epochs),
    });
    bar.stop();
    printEnd(figures, options, signal.aborted);
  });
}

function print(line: string): void {
  process.stderr.write(`${line}\n`);
}

function printStart({ description }: BackendInfo, data: CardFigures['data']): void {
  print(`learning on ${description}`);
  print(
    `${data.pictures} pictures of ${data.people} people to learn from, ${data.heldOutPictures} of ${data.heldOutPeople} others held out`,
  );
}

function printSpeed(patchesPerSecond: number, pictures: number, epochs: number): void {
  const minutes = (pictures * epochs) / patchesPerSecond / 60;
  const time = minutes < 90 ? `${Math.ceil(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
  print(`${patchesPerSecond.toFixed(0)} patches/s: about ${time} for ${epochs} epochs`);
}

function printEpoch({ epoch, loss, auc, rank1, map }: Epoch, improved: boolean, epochs: number): void {
  const scores = `AUC ${auc.toFixed(4)}, rank-1 ${rank1.toFixed(3)}, mAP ${map.toFixed(3)}`;
  print(`epoch ${epoch}/${epochs}: loss ${loss.toFixed(3)}, ${scores}${improved ? ', the best so far' : ''}`);
}

function printEnd(figures: CardFigures, { out, json, epochs }: SiameseOptions, interrupted: boolean): void {
  const { epoch, auc } = figures.course.best;
  if (json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  print(`${out}: the network of epoch ${epoch}, AUC ${auc.toFixed(4)} on the people held out`);
  if (interrupted) print(`interrupted after epoch ${figures.course.epochs.length} of ${epochs}; --resume continues it`);
}
