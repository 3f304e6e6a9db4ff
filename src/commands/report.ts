import type { Command } from 'commander';
import { inputError, printable, UsageError } from '../core/errors.ts';
import type { Notice } from '../core/notices.ts';
import { people as counted } from '../core/text.ts';
import type { TrajectoriesHeader } from '../trajectories/index.ts';
import { type RangeFlags, rangeOf, rangeOptions, timeZoneOption } from './lake-options.ts';
import { configOption, overwriteOption, setOption } from './options.ts';

interface ReportCommandOptions extends RangeFlags {
  readonly store?: string;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly player?: boolean;
  readonly video?: string | boolean;
  readonly config?: string;
  readonly set: string[];
}

/** Registers `twintrack report`. */
export function reportCommand(program: Command): void {
  const command = program
    .command('report')
    .argument(
      '[files...]',
      'trajectories of a run: FILE.trajectories.json; of several runs, or a folder of them; or the folder that "twintrack link" wrote to',
    )
    .summary('one HTML page of who was where, when and for how long')
    .description(
      'Writes one HTML file that opens anywhere, without a network: numbers, paths, a heat map, charts, and a table of all people. ' +
        'Zones, lines and calibration come from --config and --set, else from the run. Pictures come from the video, where it lies beside the file; of an anonymised run there are none. ' +
        'Of a site: a plan of the floor with the paths of people where cameras are calibrated, who was where and when, walking times ' +
        'between cameras, and the people with a picture from each camera, saved by --save-patches or of its video. ' +
        'Of several files, or of a store (--store, see "twintrack export --to-store"), visits and people by hour, day and weekday, by the clock: ' +
        'their runs need a start (track --started-at).',
    )
    .option(
      '--out <file>',
      'HTML file to write (default: <stem>.report.html beside the input; site.report.html in the folder of a site; of several files or a store days.report.html)',
    )
    .addOption(overwriteOption())
    .option('--player', 'a page that plays the video with its people, in place of the report: <stem>.player.html')
    .option('--video <path>', 'the video, for a frame and thumbnails of people; for a site the folder of its videos')
    .option('--no-video', 'no pictures of people, even where the video lies beside the file, or patches are saved')
    .addOption(configOption('zones, lines and calibration'))
    .addOption(setOption('section'))
    .option('--store <store>', 'folder, or s3://bucket/prefix, of which days are shown');
  for (const option of [...rangeOptions(), timeZoneOption()]) command.addOption(option);
  command
    .addHelpText(
      'after',
      `
Examples:
  twintrack report street.trajectories.json --out report.html
  twintrack report street.trajectories.json --video street.mp4 --config zones.yaml
  twintrack report street.trajectories.json --set 'lines.door={points: [[0, 0.5], [1, 0.5]], unit: ratio}'
  twintrack report street.trajectories.json --player    play the video, click on people
  twintrack report site                                 several cameras: site/site.report.html
  twintrack report out --time-zone Europe/Berlin        all runs in a folder: days.report.html
  twintrack report --store lake --from 2026-11-23 --to 2026-11-29 --cameras door,hall`,
    )
    .action(runReport);
}

async function runReport(files: readonly string[], options: ReportCommandOptions): Promise<void> {
  const { store, from, to, cameras, timeZone, video } = options;
  if ((store === undefined) === (files.length === 0))
    throw new UsageError('report: name trajectories files, or a store with --store');
  if (store === undefined && (from ?? to ?? cameras) !== undefined)
    throw new UsageError('report: --from, --to and --cameras are for --store');
  const site = files.length === 1 ? await siteOf(files[0]) : undefined;
  const all = site === undefined ? await runsOf(files) : files;
  if (store !== undefined || all.length > 1) {
    if (video !== undefined) throw new UsageError('report: --video is for the report of one file or site');
    if (options.player) throw new UsageError('report: --player is for one camera; name its .trajectories.json');
    return reportDays(all, options);
  }
  if (timeZone !== undefined) throw new UsageError('report: --time-zone is for several files, or for --store');
  await (site === undefined ? reportRun(all[0], options) : reportSite(site, options));
}

async function reportDays(files: readonly string[], options: ReportCommandOptions): Promise<void> {
  const { refuseExisting } = await import('../files/output-file.ts');
  const { openStore } = await import('../store/store.ts');
  const { writeDaysReport } = await import('../report/index.ts');
  const { startBar } = await import('./progress.ts');
  const { interruptible } = await import('./interrupt.ts');
  const { reportNotice } = await import('./report-error.ts');
  const { runAreas } = await import('./run-areas.ts');
  const { out = 'days.report.html', config, set, store: url } = options;
  if (url !== undefined && (config !== undefined || set.length > 0))
    throw new UsageError(
      'report: zones and lines of a store are those that it has; give them to "twintrack export --to-store"',
    );
  const { timeZone: zone, ...range } = await rangeOf(options);
  if (!options.overwrite) refuseExisting(out);
  const store = url === undefined ? undefined : await openStore(url);
  const bar = await startBar('files');
  await interruptible(bar.stop, async (signal) => {
    const onNotice = (notice: Notice) => bar.aside(() => reportNotice(notice));
    const areasOf = (header: TrajectoriesHeader) => runAreas(header, options);
    const common = { out, timeZone: zone.name, range, areasOf, signal, onNotice, onFile: bar.update };
    const { visits, people, bytes } = await writeDaysReport(store ?? files, common);
    bar.stop();
    process.stderr.write(`${printable(out)}: ${visits} visits of ${counted(people)}, ${(bytes / 1e6).toFixed(1)} MB\n`);
  });
  await store?.close();
}

/** The site.json that is meant: the file itself, or that of a folder. Undefined for what is no site. */
async function siteOf(path: string): Promise<string | undefined> {
  const { existsSync } = await import('node:fs');
  const { basename, join } = await import('node:path');
  const { SITE_JSON } = await import('../site/site-json.ts');
  if (basename(path) === SITE_JSON) return path;
  const site = join(path, SITE_JSON);
  return existsSync(site) ? site : undefined;
}

/** The trajectories files that are meant. @throws TwintrackError for a folder that has none */
async function runsOf(paths: readonly string[]): Promise<string[]> {
  const { existsSync, statSync } = await import('node:fs');
  const { SITE_JSON } = await import('../site/site-json.ts');
  const { trajectoriesFiles } = await import('./trajectories-files.ts');
  const files = trajectoriesFiles(paths);
  const empty = files.find((path) => existsSync(path) && statSync(path).isDirectory());
  if (empty === undefined) return files;
  const fix = 'name a folder with runs, or the one that "twintrack link" wrote to';
  throw inputError(empty, `is a folder without .trajectories.json or ${SITE_JSON}`, fix);
}

async function reportSite(site: string, options: ReportCommandOptions): Promise<void> {
  const { dirname, join } = await import('node:path');
  const { refuseExisting } = await import('../files/output-file.ts');
  const { writeSiteReport } = await import('../site/index.ts');
  const { startBar } = await import('./progress.ts');
  const { interruptible } = await import('./interrupt.ts');
  const { reportNotice } = await import('./report-error.ts');
  if (options.player) throw new UsageError('report: --player is for one camera; name its .trajectories.json');
  if (options.config !== undefined || options.set.length > 0)
    throw new UsageError(
      'report: --config and --set are for the report of one camera; give them with its .trajectories.json',
    );
  const { out = join(dirname(site), 'site.report.html') } = options;
  if (!options.overwrite) refuseExisting(out);
  const videos = typeof options.video === 'string' ? options.video : undefined;
  const bar = await startBar('frames');
  const onNotice = (notice: Notice) => bar.aside(() => reportNotice(notice));
  await interruptible(bar.stop, async (signal) => {
    const pictures = options.video !== false;
    const onFrame = (done: number, total: number, camera: string) =>
      bar.update(done, total, '', `frames of ${printable(camera)}`);
    const result = await writeSiteReport(site, { out, pictures, videos, signal, onNotice, onFrame });
    bar.stop();
    const shown = result.pictured > 0 ? `pictures of ${result.pictured}` : 'without pictures';
    process.stderr.write(
      `${printable(out)}: ${counted(result.people)}, ${(result.bytes / 1e6).toFixed(1)} MB, ${shown}\n`,
    );
  });
}

async function reportRun(file: string, options: ReportCommandOptions): Promise<void> {
  const { refuseExisting } = await import('../files/output-file.ts');
  const { writePlayer, writeReport } = await import('../report/index.ts');
  const { readTrajectoriesHeader } = await import('../trajectories/index.ts');
  const { startBar } = await import('./progress.ts');
  const { interruptible } = await import('./interrupt.ts');
  const { reportNotice } = await import('./report-error.ts');
  const { runAreas } = await import('./run-areas.ts');
  const { player = false } = options;
  const stem = file.replace(/(\.trajectories)?\.json$/i, '');
  const { out = `${stem}.${player ? 'player' : 'report'}.html` } = options;
  if (!options.overwrite && out !== file) refuseExisting(out);
  const header = await readTrajectoriesHeader(file);
  const areas = await runAreas(header, options);
  const video = await videoOf(file, header, options);
  if (player && video === undefined) throw new UsageError('report: --player needs the video; name it with --video');
  const bar = await startBar('frames');
  const onNotice = (notice: Notice) => bar.aside(() => reportNotice(notice));
  await interruptible(bar.stop, async (signal) => {
    const { people, bytes } =
      player && video !== undefined
        ? await writePlayer(file, { out, areas, video, signal, onNotice })
        : await writeReport(file, { out, areas, video, signal, onNotice, onFrame: bar.update });
    bar.stop();
    const pictures = player
      ? `plays ${printable(video ?? '')}`
      : header.anonymized
        ? 'without pictures, as the run is anonymised'
        : video !== undefined
          ? `pictures from ${printable(video)}`
          : options.video === false
            ? 'without pictures'
            : `without pictures, as ${printable(header.source.name)} is not beside it; name the video with --video`;
    process.stderr.write(`${printable(out)}: ${counted(people)}, ${(bytes / 1e6).toFixed(1)} MB, ${pictures}\n`);
  });
}

/** The video of a run; of one that is anonymised a player takes the annotated one. */
async function videoOf(
  file: string,
  header: TrajectoriesHeader,
  { video, player }: ReportCommandOptions,
): Promise<string | undefined> {
  if (video === false) return undefined;
  if (typeof video === 'string') return video;
  const { existsSync } = await import('node:fs');
  const { findVideo } = await import('../trajectories/index.ts');
  if (!player || !header.anonymized) return findVideo(file, header);
  const annotated = file.replace(/(\.trajectories)?\.json$/i, '.annotated.mp4');
  return existsSync(annotated) ? annotated : undefined;
}
