import type { Command } from 'commander';
import { numberFrom } from './number-from.ts';

interface AdaptOptions {
  readonly out: string;
  readonly detector: string;
  readonly epochs: number;
  readonly maxFrames?: number;
  readonly json?: boolean;
}

/** Registers `twintrack adapt`. */
export function adaptCommand(program: Command): void {
  program
    .command('adapt')
    .argument('<video>', 'recording of the camera, some minutes with several people at a time')
    .summary('let the Siamese CNN learn a camera without labels')
    .description(
      'Tracks the video and learns from it how the people of this camera look: somebody followed without a break is one\n' +
        'person, people seen at the same time are different ones. The last 30 % of the video are not learned from: only\n' +
        'when the people there are told apart better than before, the new weights are taken, else the old ones are kept.\n' +
        'Writes a model folder either way: siamese-embedding.onnx, siamese-head.onnx, siamese.json and siamese.svg.',
    )
    .requiredOption('--out <dir>', 'folder for the model, created when missing')
    .option('--detector <name|file>', 'detector: centernet (shipped) or an ONNX file', 'centernet')
    .option('--epochs <n>', 'times that every picture is learned from', numberFrom(1, true), 4)
    .option('--max-frames <n>', 'take the beginning of the video only', numberFrom(1, true))
    .option('--json', 'print the outcome as one JSON object on standard output')
    .addHelpText(
      'after',
      `
Examples:
  twintrack adapt yesterday.mp4 --out street-model
  twintrack track today.mp4 --set appearance.model=street-model

Training needs @tensorflow/tfjs-node-gpu, @tensorflow/tfjs-node or the WebAssembly packages; without one it says what to install.`,
    )
    .action(adapt);
}

async function adapt(video: string, options: AdaptOptions): Promise<void> {
  const { adaptSiamese } = await import('../learning/siamese/adapt-siamese.ts');
  const { interruptible } = await import('./interrupt.ts');
  const { startBar } = await import('./bar.ts');
  const [tracking, learning] = [await startBar('frames'), await startBar('batches')];
  const stop = () => {
    tracking.stop();
    learning.stop();
  };
  const tell = (line: string) => process.stderr.write(`${line}\n`);
  await interruptible(stop, async (signal) => {
    const outcome = await adaptSiamese(video, {
      ...options,
      signal,
      onTrack: ({ frames, total = frames }) => tracking.update(frames, total),
      onStart: ({ description }, { people, pictures, heldOutPeople, heldOutPictures }, { auc }) => {
        tracking.stop();
        tell(`learning on ${description}`);
        tell(
          `${pictures} pictures in ${people} pieces of trajectories, ${heldOutPictures} in ${heldOutPeople} held out`,
        );
        tell(`AUC ${auc.toFixed(4)} there before`);
      },
      onBatch: ({ epoch, batch, batches, patchesPerSecond }) =>
        learning.update(
          (epoch - 1) * batches + batch,
          options.epochs * batches,
          `| ${patchesPerSecond.toFixed(0)} patches/s`,
        ),
    });
    stop();
    if (options.json) process.stdout.write(`${JSON.stringify({ ...outcome, out: options.out })}\n`);
    const { before, after, accepted } = outcome;
    tell(`AUC ${after.auc.toFixed(4)} after, mAP ${before.map.toFixed(4)} before and ${after.map.toFixed(4)} after`);
    tell(
      accepted
        ? `${options.out}: the adapted weights; use them with --set appearance.model=${options.out}`
        : `${options.out}: the old weights, kept: the new ones do not tell people better apart, or only thanks to one of them`,
    );
  });
}
