import { type Command, Option } from 'commander';
import { printable, UsageError } from '../core/errors.ts';
import { people } from '../core/text.ts';
import { exportFormat, exportFormats } from '../export/formats.ts';
import { configOption, overwriteOption, setOption } from './options.ts';

interface ExportCommandOptions {
  readonly to?: string;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly toStore?: string;
  readonly camera?: string;
  readonly config?: string;
  readonly set: string[];
}

/** Registers `twintrack export`. */
export function exportCommand(program: Command): void {
  program
    .command('export')
    .argument('<files...>', 'trajectories of runs: FILE.trajectories.json, or folders of them')
    .summary(
      'write trajectories in another format: csv, parquet, mot, coco, cvat, geojson, ...; or add them to a store',
    )
    .description(
      'Writes the trajectories of a run in another format. With a calibration (in --config, or of the run), csv and parquet also hold ' +
        'positions in metres and speeds in m/s. geojson needs a calibration with a place on earth. cvat and label-studio are for ' +
        'annotation tools: people come in as tracks with their numbers. coco, cvat and label-studio need the size of the picture. ' +
        'With --to-store trajectories of many files and days are collected in one place, for "twintrack query" and "twintrack report": ' +
        'Parquet by camera, date and hour, of runs that have a start (track --started-at). What is there of the same video is replaced.',
    )
    .addOption(new Option('--to <format>', 'format to write').choices(exportFormats()))
    .option('--out <file>', 'file to write (default: beside the input, with the ending of the format)')
    .addOption(overwriteOption())
    .option('--to-store <store>', 'folder, or s3://bucket/prefix, to add them to')
    .option(
      '--camera <name>',
      'what the store is to call their camera (default: by the name of the video, without its date and time)',
    )
    .addOption(configOption('a calibration; for a store also zones and lines'))
    .addOption(setOption('section'))
    .addHelpText(
      'after',
      `
Examples:
  twintrack export street.trajectories.json --to csv
  twintrack export street.trajectories.json --to parquet --out people.parquet
  twintrack export street.trajectories.json --to cvat
  twintrack export street.trajectories.json --to geojson --config calibration.yaml
  twintrack export out --to-store lake                       all runs in a folder
  twintrack export hall.trajectories.json --to-store s3://bucket/people --camera hall`,
    )
    .action(runExport);
}

async function runExport(paths: readonly string[], options: ExportCommandOptions): Promise<void> {
  const { trajectoriesFiles } = await import('./trajectories-files.ts');
  const files = trajectoriesFiles(paths);
  const { to, out, toStore, camera } = options;
  if ((to === undefined) === (toStore === undefined))
    throw new UsageError('export: give either --to with a format, or --to-store with a folder or s3://bucket/prefix');
  if (out !== undefined && (toStore !== undefined || files.length > 1))
    throw new UsageError('export: --out is for one file, in one format');
  if (camera !== undefined && toStore === undefined) throw new UsageError('export: --camera is for --to-store');
  if (toStore !== undefined) return addToStore(files, toStore, options);
  for (const file of files) await exportFile(file, to!, options);
}

async function exportFile(file: string, to: string, options: ExportCommandOptions): Promise<void> {
  const { exportTrajectories } = await import('../export/index.ts');
  const { readTrajectoriesHeader } = await import('../trajectories/index.ts');
  const { startBar } = await import('./progress.ts');
  const { interruptible } = await import('./interrupt.ts');
  const { runAreas } = await import('./run-areas.ts');
  const { refuseExisting } = await import('../files/output-file.ts');
  const { out = besideInput(file, to), overwrite } = options;
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

async function addToStore(files: readonly string[], url: string, options: ExportCommandOptions): Promise<void> {
  const { addToLake, openStore } = await import('../lake/index.ts');
  const { readTrajectoriesHeader } = await import('../trajectories/index.ts');
  const { startBar } = await import('./progress.ts');
  const { interruptible } = await import('./interrupt.ts');
  const { runAreas } = await import('./run-areas.ts');
  const store = await openStore(url);
  const bar = await startBar('files');
  await interruptible(bar.stop, async (signal) => {
    const all = { trajectories: 0, observations: 0 };
    const cameras = new Set<string>();
    for (const [done, file] of files.entries()) {
      const areas = await runAreas(await readTrajectoriesHeader(file), options);
      const added = await addToLake(file, store, { camera: options.camera, areas, signal });
      all.trajectories += added.trajectories;
      all.observations += added.observations;
      cameras.add(added.camera);
      bar.update(done + 1, files.length);
    }
    bar.stop();
    const of = `${cameras.size === 1 ? 'camera' : 'cameras'} ${[...cameras].map(printable).join(', ')}`;
    const what = `${all.observations} observations of ${people(all.trajectories)}`;
    process.stderr.write(`${printable(store.name)}: ${what}, of ${of}\n`);
  });
  await store.close();
}

/** The input's name with the ending of the format. */
function besideInput(file: string, to: string): string {
  return file.replace(/(\.trajectories)?\.json$/i, '') + exportFormat(to).ending;
}
