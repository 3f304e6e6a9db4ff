import type { Command } from 'commander';

interface AssociationOptions {
  readonly out: string;
  readonly det?: string;
  readonly looks?: string;
  readonly json?: boolean;
}

/** Registers `twintrack train association`. */
export function trainAssociationCommand(train: Command): void {
  train
    .command('association')
    .argument(
      '<MOT_ROOT>',
      'folder of sequences: SEQ/gt/gt.txt, SEQ/det/det.txt, SEQ/seqinfo.ini (or SEQ/gt.txt, SEQ/det.txt)',
    )
    .summary('learn the association score from ground truth and detections')
    .description(
      'Learns when a detection is the same person as a track, from ground truth and detections of sequences in the\n' +
        'MOTChallenge layout. Writes association.json and association.md, its card with the figures of a cross-validation\n' +
        'that leaves one sequence out at a time.',
    )
    .requiredOption('--out <dir>', 'folder for association.json and association.md, created when missing')
    .option(
      '--det <names>',
      "detection file in each sequence's folder (default: det/det.txt or det.txt); of several, with commas between,\n" +
        'each sequence is learned from with all it has',
    )
    .option('--looks <file>', 'pairs with looks to learn from as well (see docs/training-association.md)')
    .option('--json', 'print the figures as one JSON object on standard output')
    .addHelpText(
      'after',
      `
Examples:
  twintrack train association MOT15/train --out models
  twintrack train association my-streets --det yolox.txt,centernet.txt --out models --json`,
    )
    .action(trainAssociationFiles);
}

async function trainAssociationFiles(root: string, options: AssociationOptions): Promise<void> {
  const started = performance.now();
  const { mkdir } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const { inputError } = await import('../core/errors.ts');
  const { OutputFile } = await import('../files/output-file.ts');
  const { loadMotRoot } = await import('../learning/mot-root.ts');
  const { trainAssociation } = await import('../learning/association/train-association.ts');
  const report = await import('../learning/association/report.ts');
  const { readLooks } = await import('../learning/association/appearance-examples.ts');
  const { startBar } = await import('./bar.ts');

  const looks = options.looks === undefined ? undefined : await readLooks(options.looks);
  const sequences = await loadMotRoot(root, { det: options.det?.split(',') });
  await mkdir(options.out, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw inputError(options.out, `cannot be created: ${error.code}`, 'choose another output folder', error);
  });
  const bar = await startBar('models');
  const training = await trainAssociation(sequences, {
    source: root,
    looks,
    onModel: async (done, total) => {
      bar.update(done, total);
      await new Promise(setImmediate); // lets the bar be drawn and Ctrl-C be heard
    },
  }).finally(bar.stop);
  const files = { model: join(options.out, 'association.json'), card: join(options.out, 'association.md') };
  for (const [path, text] of [
    [files.model, report.toModelFile(training)],
    [files.card, report.toModelCard(training)],
  ]) {
    const file = await OutputFile.create(path);
    await file.write(text);
    await file.commit();
  }
  const seconds = (performance.now() - started) / 1000;
  if (options.json) {
    const heldOut = training.crossValidation?.sequences ?? [];
    process.stdout.write(`${JSON.stringify({ ...report.trainingFigures(training), heldOut, seconds, files })}\n`);
  } else process.stdout.write(report.toReport(training));
  process.stderr.write(`trained in ${seconds.toFixed(1)} s\n  ${files.model}\n  ${files.card}\n`);
}
