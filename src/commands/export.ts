import { type Command, Option } from 'commander';
import { inputError, printable } from '../core/errors.ts';
import { people } from '../core/text.ts';
import { exportFormat, exportFormats } from '../export/formats.ts';
import { configOption, setOption } from './options.ts';

interface ExportCommandOptions {
  readonly to: string;
  readonly out?: string;
  readonly config?: string;
  readonly set: string[];
}

/** Registers `twintrack export`. */
export function exportCommand(program: Command): void {
  program
    .command('export')
    .argument('<file>', 'trajectories of a run: FILE.trajectories.json')
    .summary('write trajectories in another format: csv, parquet, mot, coco, cvat, geojson, ...')
    .description(
      'Writes the trajectories of a run in another format. With a calibration (in --config, or of the run), csv and parquet also hold ' +
        'positions in metres and speeds in m/s. geojson needs a calibration with a place on earth. cvat and label-studio are for ' +
        'annotation tools: people come in as tracks with their numbers. coco, cvat and label-studio need the size of the picture.',
    )
    .addOption(new Option('--to <format>', 'format to write').choices(exportFormats()).makeOptionMandatory())
    .option('--out <file>', 'file to write (default: beside the input, with the ending of the format)')
    .addOption(configOption('a calibration'))
    .addOption(setOption('section'))
    .addHelpText(
      'after',
      `
Examples:
  twintrack export street.trajectories.json --to csv
  twintrack export street.trajectories.json --to parquet --out people.parquet
  twintrack export street.trajectories.json --to cvat
  twintrack export street.trajectories.json --to geojson --config calibration.yaml`,
    )
    .action(runExport);
}

async function runExport(file: string, options: ExportCommandOptions): Promise<void> {
  const { exportTrajectories } = await import('../export/index.ts');
  const { readTrajectoriesHeader } = await import('../trajectories/index.ts');
  const { startBar } = await import('./progress.ts');
  const { interruptible } = await import('./interrupt.ts');
  const { runAreas } = await import('./run-areas.ts');
  const { to, out = await besideInput(file, to) } = options;
  const { calibration } = await runAreas(await readTrajectoriesHeader(file), options);
  const ground = calibration && new (await import('../analytics/ground.ts')).GroundPlane(calibration);
  const bar = await startBar('observations');
  await interruptible(bar.stop, async (signal) => {
    const { trajectories, observations } = await exportTrajectories(file, {
      to,
      out,
      ground,
      signal,
      onProgress: bar.update,
    });
    bar.stop();
    process.stderr.write(`${printable(out)}: ${observations} observations of ${people(trajectories)}\n`);
  });
}

/** The input's name with the ending of the format. @throws TwintrackError when that is the text that "track" wrote beside it */
async function besideInput(file: string, to: string): Promise<string> {
  const { existsSync } = await import('node:fs');
  const out = file.replace(/(\.trajectories)?\.json$/i, '') + exportFormat(to).ending;
  if (to !== 'mot' || !existsSync(out)) return out;
  const reason = 'is there already: "twintrack track" writes it beside the trajectories, with the same rows';
  throw inputError(out, reason, 'name another file with --out');
}
