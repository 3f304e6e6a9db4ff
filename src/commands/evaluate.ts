import { type Command, Option } from 'commander';
import { UsageError } from '../core/errors.ts';
import { BENCHMARKS, type Benchmark } from '../evaluation/benchmark.ts';

interface EvaluateOptions {
  readonly gt?: string;
  readonly results?: string;
  readonly site?: readonly string[];
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
        'sequence, and COMBINED over all of them: percentages from 0 to 100, and counts. On the floor of a site, --site, a person ' +
        'is found up to 0.5 m away.',
    )
    .option('--gt <path>', 'ground truth: a MOT text file, or a folder of SEQ/gt/gt.txt, SEQ/gt.txt or SEQ.txt')
    .option(
      '--results <path>',
      'results: a file (MOT text or trajectories.json), or a folder of SEQ.txt, SEQ.mot.txt or SEQ.trajectories.json',
    )
    .addOption(
      new Option(
        '--benchmark <name>',
        'benchmark whose rules for classes and distractors apply (default: by the columns of the ground truth)',
      ).choices(BENCHMARKS),
    )
    .option(
      '--site <file...>',
      'in place of --gt and --results: ground truth and results of people on a floor, with a line frame,id,X,Y each',
    )
    .option('--json', 'print one JSON object with the figures by sequence instead of the table')
    .option('--csv <file>', 'write the figures as CSV; - prints them instead of the table')
    .addHelpText(
      'after',
      `
Examples:
  twintrack evaluate --gt street/gt.txt --results out/street.mot.txt
  twintrack evaluate --gt MOT17/train --results out --benchmark mot17
  twintrack evaluate --gt MOT15/train --results out --json | jq .COMBINED.HOTA
  twintrack evaluate --site hall/gt.txt live/site/20260301T120000Z.floor.csv`,
    )
    .action(async (options: EvaluateOptions) => {
      if (options.json && options.csv === '-')
        throw new UsageError('--json and --csv -: both go to standard output; name a file for --csv');
      const { reportNotice } = await import('./report-error.ts');
      const report = await import('../evaluation/report.ts');
      const [gt, results] = filesOf(options);
      const scores = options.site
        ? await (await import('../evaluation/floor-file.ts')).scoreFloorFiles(gt, results)
        : await (await import('../evaluation/score-files.ts')).scoreFiles(gt, results, options.benchmark, reportNotice);
      if (options.csv !== undefined && options.csv !== '-') {
        const { OutputFile, refuseInputs } = await import('../files/output-file.ts');
        await refuseInputs(options.csv, gt, results);
        await OutputFile.put(options.csv, report.toCsv(scores));
      }
      if (options.json) process.stdout.write(report.toJson(scores));
      else if (options.csv === '-') process.stdout.write(report.toCsv(scores));
      else process.stdout.write(report.toTable(scores, process.stdout.columns ?? Number.POSITIVE_INFINITY));
    });
}

/** Ground truth and results, as they are given in one of the two ways. */
function filesOf({ gt, results, site, benchmark }: EvaluateOptions): readonly [gt: string, results: string] {
  if (site) {
    if (gt !== undefined || results !== undefined || benchmark !== undefined)
      throw new UsageError('--site takes the place of --gt, --results and --benchmark; give one of both');
    if (site.length !== 2) throw new UsageError('--site: give two files, ground truth and results');
    return [site[0], site[1]];
  }
  if (gt === undefined) throw new UsageError("required option '--gt <path>' not specified");
  if (results === undefined) throw new UsageError("required option '--results <path>' not specified");
  return [gt, results];
}
