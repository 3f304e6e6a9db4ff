import type { Command } from 'commander';

interface CalibrateScoresOptions {
  readonly out: string;
  readonly json?: boolean;
}

/** Registers `twintrack calibrate-scores`. */
export function calibrateScoresCommand(program: Command): void {
  program
    .command('calibrate-scores')
    .argument('<GT>', 'ground truth in MOT text')
    .argument('<DET>', "the detector's boxes of the same frames in MOT text, down to low scores")
    .summary('fit what the scores of your detector are worth')
    .description(
      'Fits the probability that a detection of a score is a person (at IoU 0.5), which is what the thresholds of the tracker mean. Prints how ' +
        'often detections are people, by tenths of the probability, before and after, and writes a file for detection.calibration.',
    )
    .requiredOption('--out <file>', 'file to write')
    .option('--json', 'print the result as one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  twintrack calibrate-scores my-street/gt.txt my-street/det.txt --out yolo.calibration.json
  twintrack track street.mp4 --detector yolo.onnx --set detection.calibration=yolo.calibration.json

The boxes that a network gives with scores as they are: track a video with --set detection.calibration=off --set detection.minScore=0.02,
or take those of your own program.`,
    )
    .action(calibrateScoresFile);
}

async function calibrateScoresFile(gt: string, det: string, options: CalibrateScoresOptions): Promise<void> {
  const { calibrateScores } = await import('../learning/score-calibration.ts');
  const { calibrationText } = await import('../detection/calibration.ts');
  const { keptNotices } = await import('./report-error.ts');
  const { onNotice, forJson } = keptNotices();
  const { OutputFile } = await import('../files/output-file.ts');
  const { calibration, boxes, people, before, after } = await calibrateScores(gt, det, onNotice);
  await OutputFile.put(options.out, calibrationText(calibration));
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ ...calibration, boxes, people, before, after, file: options.out, ...forJson() })}\n`,
    );
    return;
  }
  const lines = [`${boxes} boxes, ${people} of them people at IoU 0.5`, ''];
  for (const [title, rows] of [['without', before] as const, ['with', after] as const]) {
    lines.push(`${title} this calibration     boxes   predicted   observed`);
    for (const { from, to, count, predicted, observed } of rows) {
      const range = `${from.toFixed(1)} to ${to.toFixed(1)}`;
      lines.push(
        `  ${range.padEnd(22)} ${String(count).padStart(9)} ${predicted.toFixed(3).padStart(11)} ${observed.toFixed(3).padStart(10)}`,
      );
    }
    lines.push('');
  }
  process.stdout.write(`${lines.join('\n')}${options.out}\n`);
}
