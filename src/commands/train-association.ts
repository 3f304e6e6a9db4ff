import type { Command } from 'commander';

interface AssociationOptions {
  readonly out: string;
  readonly det?: string;
  readonly appearance?: string;
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
      'Learns when a detection is the same person as a track, from ground truth and detections of sequences in the ' +
        'MOTChallenge layout. Writes association.json and association.md, its card with the figures of a cross-validation ' +
        'that leaves one sequence out at a time.',
    )
    .requiredOption('--out <dir>', 'folder for association.json and association.md, created when missing')
    .option(
      '--det <names>',
      "detection file in each sequence's folder (default: det/det.txt or det.txt); of several, with commas between, " +
        'each sequence is learned from with all of them that it has',
    )
    .option(
      '--appearance <file>',
      'pairs with a Siamese similarity to learn from as well (see docs/training-association.md)',
    )
    .option('--json', 'print the figures as one JSON object on standard output')
    .addHelpText(
      'after',
      `
Examples:
  twintrack train association MOT15/train --out models
  twintrack train association my-streets --det yolox.txt,rtmdet.txt --out models --json`,
    )
    .action(trainAssociationFiles);
}

async function trainAssociationFiles(root: string, options: AssociationOptions): Promise<void> {
  const started = performance.now();
  const { makeFolder } = await import('../files/make-folder.ts');
  const { keptNotices } = await import('./report-error.ts');
  const { onNotice, forJson } = keptNotices();
  const { loadMotRoot } = await import('../learning/mot-root.ts');
  const { trainAssociation } = await import('../learning/association/train-association.ts');
  const { writeAssociation } = await import('../learning/association/model-folder.ts');
  const report = await import('../learning/association/report.ts');
  const { readAppearanceExamples } = await import('../learning/association/appearance-examples.ts');
  const { startBar } = await import('./progress.ts');

  const appearance = options.appearance === undefined ? undefined : await readAppearanceExamples(options.appearance);
  const sequences = await loadMotRoot(root, { det: options.det?.split(','), onNotice });
  await makeFolder(options.out);
  const bar = await startBar('models');
  const training = await trainAssociation(sequences, {
    source: root,
    appearance,
    onModel: async (done, total) => {
      bar.update(done, total);
      await new Promise(setImmediate); // draws the bar, receives Ctrl-C
    },
  }).finally(bar.stop);
  const files = await writeAssociation(options.out, training);
  const seconds = (performance.now() - started) / 1000;
  if (options.json) {
    const heldOut = training.crossValidation?.sequences ?? [];
    process.stdout.write(
      `${JSON.stringify({ ...report.trainingFigures(training), heldOut, seconds, files, ...forJson() })}\n`,
    );
  } else process.stdout.write(report.toReport(training));
  process.stderr.write(`trained in ${seconds.toFixed(1)} s\n  ${files.model}\n  ${files.card}\n`);
}
