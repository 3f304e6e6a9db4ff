import type { Command } from 'commander';
import { numberFrom } from './options.ts';

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
    .argument('<video>', 'recording of the camera: some minutes with several people at a time')
    .summary('adapt the Siamese CNN to a camera without labels')
    .description(
      'Tracks the video and learns the appearance of people in this camera from it: a person tracked without a break is one ' +
        'person, people seen at the same time are different ones. The last 30 % of the video are held out: the new weights ' +
        'are accepted only if they are better there; otherwise the old ones are kept.\n' +
        'Writes a model folder either way: siamese-embedding.onnx, siamese-head.onnx, siamese.json and siamese.svg.',
    )
    .requiredOption('--out <dir>', 'folder for the model, created when missing')
    .option('--detector <name|file>', 'detector: rtmdet-nano (shipped) or an ONNX file', 'rtmdet-nano')
    .option('--epochs <n>', 'times that every picture is learned from', numberFrom(1, true), 4)
    .option('--max-frames <n>', 'take only so many frames from the start of the video', numberFrom(1, true))
    .option('--json', 'print the result as one JSON object on standard output')
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
  const { startBar } = await import('./progress.ts');
  const [tracking, learning] = [await startBar('frames'), await startBar('batches')];
  const stop = () => {
    tracking.stop();
    learning.stop();
  };
  const print = (line: string) => process.stderr.write(`${line}\n`);
  await interruptible(stop, async (signal) => {
    const result = await adaptSiamese(video, {
      ...options,
      signal,
      onTrack: ({ frames, total = frames }) => tracking.update(frames, total),
      onStart: ({ description }, { people, pictures, heldOutPeople, heldOutPictures }, { auc }) => {
        tracking.stop();
        print(`learning on ${description}`);
        print(
          `${pictures} pictures in ${people} pieces of trajectories, ${heldOutPictures} in ${heldOutPeople} held out`,
        );
        print(`AUC ${auc.toFixed(4)} on these before`);
      },
      onBatch: ({ epoch, batch, batches, patchesPerSecond }) =>
        learning.update(
          (epoch - 1) * batches + batch,
          options.epochs * batches,
          `| ${patchesPerSecond.toFixed(0)} patches/s`,
        ),
    });
    stop();
    if (options.json) process.stdout.write(`${JSON.stringify({ ...result, out: options.out })}\n`);
    const { before, after, accepted } = result;
    print(`AUC ${after.auc.toFixed(4)} after, mAP ${before.map.toFixed(4)} before and ${after.map.toFixed(4)} after`);
    print(
      accepted
        ? `${options.out}: the adapted weights; use them with --set appearance.model=${options.out}`
        : `${options.out}: the old weights: the new ones are not better, or only because of a single person`,
    );
  });
}
