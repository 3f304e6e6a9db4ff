import { type Command, Option } from 'commander';
import { printable } from '../errors.ts';
import type { ExportFormat } from '../export/index.ts';

interface ExportCommandOptions {
  readonly to: ExportFormat;
  readonly out?: string;
  readonly config?: string;
  readonly set: string[];
  readonly verbose?: boolean;
}

/** Registers `twintrack export`. */
export function exportCommand(program: Command): void {
  program
    .command('export')
    .argument('<file>', 'trajectories of a run: FILE.trajectories.json')
    .summary('write trajectories in another format: csv, mot, coco, parquet, geojson')
    .description(
      'Writes the trajectories of a run in another format. With a calibration (of --config, or of the run), csv and parquet get places\n' +
        'in metres and speeds in m/s as well; geojson needs one that knows its place on earth.',
    )
    .addOption(
      new Option('--to <format>', 'format to write')
        .choices(['csv', 'mot', 'coco', 'parquet', 'geojson'])
        .makeOptionMandatory(),
    )
    .option('--out <file>', 'file to write (default: beside the input, with the ending of the format)')
    .option('--config <file>', 'YAML file with a calibration')
    .option('--set <section.name=value>', 'set one parameter; may be repeated', (v, all: string[]) => [...all, v], [])
    .addHelpText(
      'after',
      `
Examples:
  twintrack export street.trajectories.json --to csv
  twintrack export street.trajectories.json --to parquet --out people.parquet
  twintrack export street.trajectories.json --to geojson --config calibration.yaml`,
    )
    .action(async (file: string, _: unknown, command: Command) => {
      process.exitCode = await runExport(file, command.optsWithGlobals<ExportCommandOptions>());
    });
}

async function runExport(file: string, options: ExportCommandOptions): Promise<number> {
  const { EXPORT_FORMATS, exportTrajectories } = await import('../export/index.ts');
  const { readTrajectoriesHeader } = await import('../trajectories/index.ts');
  const { startBar } = await import('./bar.ts');
  const { onInterrupt } = await import('./interrupt.ts');
  const { reportError } = await import('./report-error.ts');
  const { runAreas } = await import('./run-areas.ts');
  const { to, out = file.replace(/(\.trajectories)?\.json$/i, '') + EXPORT_FORMATS[to] } = options;
  const { calibration } = await runAreas(await readTrajectoriesHeader(file), options);
  const ground = calibration && new (await import('../analytics/ground.ts')).GroundPlane(calibration);
  const bar = await startBar('observations');
  const interrupt = onInterrupt(() => bar.stop());
  const { signal } = interrupt;
  try {
    const { trajectories, observations } = await exportTrajectories(file, {
      to,
      out,
      ground,
      signal,
      onProgress: (done, total) => total !== undefined && bar.update(done, total),
    });
    bar.stop();
    process.stderr.write(`${printable(out)}: ${observations} observations of ${trajectories} people\n`);
    return 0;
  } catch (error) {
    bar.stop();
    return signal.aborted ? 130 : reportError(error, options.verbose ?? false);
  } finally {
    interrupt.dispose();
  }
}
