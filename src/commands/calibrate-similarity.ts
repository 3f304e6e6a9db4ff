import type { Command } from 'commander';
import type { FittedScale } from '../learning/similarity-calibration.ts';

interface CalibrateSimilarityOptions {
  readonly out: string;
  readonly model: string;
  readonly json?: boolean;
}

/** Registers `twintrack calibrate-similarity`. */
export function calibrateSimilarityCommand(program: Command): void {
  program
    .command('calibrate-similarity')
    .argument('<crops>', 'folder of pictures ID_<camera><n>.jpg, such as 0007_a2.jpg: several of each person')
    .summary('fit what the similarity of the Siamese network means in your pictures')
    .description(
      'Fits the probability that two pictures show one person, for pictures of one camera and of two. Prints how often they do, by tenths of ' +
        'the probability, before and after, and writes the network with the calibration to a folder for appearance.model.\n' +
        'Take people whom the network has not been trained on, at moments some time apart. Without a letter for the camera, all pictures ' +
        'count as those of one camera.',
    )
    .requiredOption('--out <dir>', 'folder for the network and its calibration, created when missing')
    .option(
      '--model <name|dir>',
      'the network: siamese (shipped), a folder made by "train siamese", or an ONNX file of your own',
      'siamese',
    )
    .option('--json', 'print the result as one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  twintrack calibrate-similarity crops --out my-model
  twintrack track street.mp4 --set appearance.model=my-model
  twintrack calibrate-similarity crops --model osnet.onnx --out osnet        another re-identification network

A network of your own makes one vector of a picture, of any size. Which of four ways it takes the colours (imagenet, rgb, bgr, unit) is found out by
which tells the people apart best.`,
    )
    .action(calibrateSimilarityOf);
}

async function calibrateSimilarityOf(crops: string, options: CalibrateSimilarityOptions): Promise<void> {
  const { calibrateOwnNetwork, calibrateSimilarity } = await import('../learning/similarity-calibration.ts');
  const { loadSiamese } = await import('../appearance/siamese.ts');
  const { copyNetwork } = await import('../learning/siamese/model-folder.ts');
  const { makeFolder } = await import('../files/make-folder.ts');
  const fitOf = async (name: string) => {
    const model = await loadSiamese(name);
    return calibrateSimilarity(model, crops).finally(() => model.close());
  };
  await makeFolder(options.out);
  const fit = options.model.endsWith('.onnx')
    ? await calibrateOwnNetwork(options.model, crops)
    : await fitOf(options.model);
  await copyNetwork(options.model, options.out, fit.calibration);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ ...fit, folder: options.out })}\n`);
    return;
  }
  const { input } = fit.calibration;
  const lines = [`${fit.pictures} pictures of ${fit.people} people${input ? `, fed as ${input}` : ''}`, ''];
  for (const [name, figures] of [['one camera', fit.oneCamera] as const, ['two cameras', fit.twoCameras] as const])
    lines.push(...(figures ? rows(name, figures) : [`${name}: too few pairs, the scale stays as it is`, '']));
  process.stdout.write(`${lines.join('\n')}${options.out}\n`);
}

function rows(name: string, { same, different, before, after }: FittedScale): string[] {
  const lines = [`${name}: ${same} pairs of one person, ${different} of two`, ''];
  for (const [title, bins] of [['before', before] as const, ['after', after] as const]) {
    lines.push(`  ${title.padEnd(14)}     pairs   predicted   observed`);
    for (const { from, to, count, predicted, observed } of bins) {
      const [range, p, q] = [`${from.toFixed(1)} to ${to.toFixed(1)}`, predicted.toFixed(3), observed.toFixed(3)];
      lines.push(`  ${range.padEnd(14)} ${String(count).padStart(9)} ${p.padStart(11)} ${q.padStart(10)}`);
    }
    lines.push('');
  }
  return lines;
}
