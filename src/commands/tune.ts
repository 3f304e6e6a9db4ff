import type { Command } from 'commander';
import { printable } from '../core/errors.ts';
import type { Tuning } from '../learning/tuning/tune-tracking.ts';
import { numberFrom } from './options.ts';

interface TuneCommandOptions {
  readonly out: string;
  readonly det?: string;
  readonly association: string;
  readonly trials: number;
  readonly seconds?: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** Registers `twintrack tune`. */
export function tuneCommand(program: Command): void {
  program
    .command('tune')
    .argument(
      '<MOT_ROOT>',
      'folder of sequences: SEQ/gt/gt.txt, SEQ/det/det.txt, SEQ/seqinfo.ini (or SEQ/gt.txt, SEQ/det.txt)',
    )
    .summary("search the tracker's parameters for the best HOTA on your own sequences")
    .description(
      "Searches the tracker's parameters for the highest HOTA on your own sequences with ground truth and detections, and " +
        'writes a config file with those that changed. It also reports the gain on sequences held out: where it is much ' +
        'smaller, the sequences are too few, and the defaults are the better choice.',
    )
    .requiredOption('--out <file>', 'config file to write, for --config')
    .option('--det <name>', "detection file in each sequence's folder (default: det/det.txt or det.txt)")
    .option('--association <name|file>', 'how pairs are scored: hand-set or a model of "train association"', 'hand-set')
    .option('--trials <n>', 'settings to try', numberFrom(2, true), 150)
    .option('--seconds <s>', 'most seconds in all', numberFrom(0.001))
    .option('--seed <n>', 'seed of the random numbers: the same seed gives the same search', numberFrom(0, true), 1)
    .option('--json', 'print the result as one JSON object on standard output')
    .addHelpText(
      'after',
      `
Examples:
  twintrack tune my-streets --out twintrack.yaml
  twintrack tune my-streets --det yolox.txt --trials 500 --out twintrack.yaml
  twintrack track street.mp4 --config twintrack.yaml`,
    )
    .action(tune);
}

async function tune(root: string, options: TuneCommandOptions): Promise<void> {
  const { OutputFile } = await import('../files/output-file.ts');
  const { keptNotices } = await import('./report-error.ts');
  const { onNotice, forJson } = keptNotices();
  const { loadMotRoot } = await import('../learning/mot-root.ts');
  const { tuneTracking } = await import('../learning/tuning/tune-tracking.ts');
  const { startBar } = await import('./progress.ts');
  const { interruptible } = await import('./interrupt.ts');
  const sequences = await loadMotRoot(root, { det: options.det, onNotice });
  const file = await OutputFile.create(options.out);
  const bar = await startBar('%');
  await interruptible(bar.stop, async (signal) => {
    const { trials, seconds, seed } = options;
    const tuning = await tuneTracking(sequences, {
      trials,
      seconds,
      seed,
      association: options.association,
      signal,
      onTrial: (share, best) => bar.update(Math.floor(100 * share), 100, `best HOTA ${best.toFixed(2)}`),
    });
    bar.stop();
    const frames = sequences.reduce((sum, s) => sum + s.frames.length, 0);
    const lines = summary(tuning, sequences.length, frames);
    await file.write(await toConfig(tuning, options.association, lines));
    await file.commit();
    if (options.json) process.stdout.write(`${JSON.stringify({ ...tuning, file: options.out, ...forJson() })}\n`);
    else process.stdout.write(`${lines.join('\n')}\n`);
    process.stderr.write(`${signal.aborted ? 'the best so far: ' : ''}${printable(options.out)}\n`);
  }).finally(() => file.abort());
}

/** The summary for the user, also at the head of the config file. */
function summary({ before, after, heldOut, trials }: Tuning, sequences: number, frames: number): string[] {
  const of = `${sequences} ${sequences === 1 ? 'sequence' : 'sequences'}, ${frames} frames`;
  const lines = [
    `HOTA on ${of}: ${before.toFixed(2)} with the defaults, ${after.toFixed(2)} with these (${trials} settings tried).`,
  ];
  if (heldOut !== undefined) {
    const gain = heldOut - before;
    lines.push(
      `Held out, each half of the sequences tuned on the other half: ${heldOut.toFixed(2)}, ` +
        `that is ${Math.abs(gain).toFixed(2)} ${gain < 0 ? 'below' : 'above'} the defaults: what to expect on other sequences.`,
    );
    if (gain <= 0)
      lines.push('The gain does not carry over to sequences not tuned on: keep the defaults, or tune on more of them.');
  } else lines.push('Not measured on sequences that were not tuned on: the gain may not carry over to others.');
  return lines;
}

async function toConfig({ changed }: Tuning, score: string, comment: readonly string[]): Promise<string> {
  const { parameterTable } = await import('../engine/parameters.ts');
  const about = new Map(parameterTable().map((p) => [p.key, p]));
  const rows = Object.entries(changed).map(([name, value]) => {
    const info = about.get(`tracking.${name}`);
    return `  ${name}: ${value} # default ${info?.default} ${info?.unit}`;
  });
  const head = ['Written by twintrack tune.', ...comment].map((line) => `# ${line}`);
  const scored = score === 'hand-set' ? [] : ['association:', `  model: ${JSON.stringify(score)}`];
  return `${[...head, ...scored, ...(rows.length > 0 ? ['tracking:', ...rows] : ['tracking: {}'])].join('\n')}\n`;
}
