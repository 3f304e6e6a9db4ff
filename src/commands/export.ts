import { type Command, Option } from 'commander';
import { printable } from '../core/errors.ts';
import { people } from '../core/text.ts';
import { exportFormat, exportFormats } from '../export/formats.ts';
import { configOption, overwriteOption, setOption } from './options.ts';

interface ExportCommandOptions {
  readonly to: string;
  readonly out?: string;
  readonly overwrite?: boolean;
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
    .addOption(overwriteOption())
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
  const { refuseExisting } = await import('../files/output-file.ts');
  const { to, out = besideInput(file, to), overwrite } = options;
  if (!overwrite && out !== file) refuseExisting(out);
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

/** The input's name with the ending of the format. */
function besideInput(file: string, to: string): string {
  return file.replace(/(\.trajectories)?\.json$/i, '') + exportFormat(to).ending;
}
