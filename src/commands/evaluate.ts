import { type Command, Option } from 'commander';
import { BENCHMARKS, type Benchmark } from '../evaluation/benchmark.ts';

interface EvaluateOptions {
  readonly gt: string;
  readonly results: string;
  readonly benchmark?: Benchmark;
  readonly json?: boolean;
  readonly csv?: string;
}

/** Registers `twintrack evaluate`. */
export function evaluateCommand(program: Command): void {
  program
    .command('evaluate')
    .summary('score trajectories against ground truth: HOTA, CLEAR, Identity')
    .description(
      'Scores trajectories against ground truth: HOTA, CLEAR and Identity by the MOTChallenge protocol. Prints one row per ' +
        'sequence, and COMBINED over all of them: percentages from 0 to 100, and counts.',
    )
    .requiredOption('--gt <path>', 'ground truth: a MOT text file, or a folder of SEQ/gt/gt.txt, SEQ/gt.txt or SEQ.txt')
    .requiredOption(
      '--results <path>',
      'results: a file (MOT text or trajectories.json), or a folder of SEQ.txt, SEQ.mot.txt or SEQ.trajectories.json',
    )
    .addOption(
      new Option(
        '--benchmark <name>',
        'benchmark whose rules for classes and distractors apply (default: by the columns of the ground truth)',
      ).choices(BENCHMARKS),
    )
    .option('--json', 'print one JSON object with the figures by sequence instead of the table')
    .option('--csv <file>', 'write the figures as CSV; - prints them instead of the table')
    .addHelpText(
      'after',
      `
Examples:
  twintrack evaluate --gt street/gt.txt --results out/street.mot.txt
  twintrack evaluate --gt MOT17/train --results out --benchmark mot17
  twintrack evaluate --gt MOT15/train --results out --json | jq .COMBINED.HOTA`,
    )
    .action(async (options: EvaluateOptions) => {
      const { UsageError } = await import('../core/errors.ts');
      if (options.json && options.csv === '-')
        throw new UsageError('--json and --csv -: both go to standard output; name a file for --csv');
      const { scoreFiles } = await import('../evaluation/score-files.ts');
      const { reportNotice } = await import('./report-error.ts');
      const report = await import('../evaluation/report.ts');
      const scores = await scoreFiles(options.gt, options.results, options.benchmark, reportNotice);
      if (options.csv !== undefined && options.csv !== '-') {
        const { OutputFile, refuseInputs } = await import('../files/output-file.ts');
        await refuseInputs(options.csv, options.gt, options.results);
        await OutputFile.put(options.csv, report.toCsv(scores));
      }
      if (options.json) process.stdout.write(report.toJson(scores));
      else if (options.csv === '-') process.stdout.write(report.toCsv(scores));
      else process.stdout.write(report.toTable(scores, process.stdout.columns ?? Number.POSITIVE_INFINITY));
    });
}
