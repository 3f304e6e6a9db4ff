import type { Command } from 'commander';
import { printable } from '../core/errors.ts';
import type { Notice } from '../core/notices.ts';
import { people as counted } from '../core/text.ts';
import { configOption, setOption } from './options.ts';

interface ReportCommandOptions {
  readonly out?: string;
  readonly video?: string | boolean;
  readonly config?: string;
  readonly set: string[];
}

/** Registers `twintrack report`. */
export function reportCommand(program: Command): void {
  program
    .command('report')
    .argument('<file>', 'trajectories of a run: FILE.trajectories.json')
    .summary('one HTML page of who was where, when and for how long')
    .description(
      'Writes one HTML file that opens anywhere, without a network: numbers, paths, a heat map, charts, and a table of all people. ' +
        'Zones, lines and calibration come from --config and --set, else from the run. Pictures come from the video, where it lies beside the file; of an anonymised run there are none.',
    )
    .option('--out <file>', 'HTML file to write (default: <stem>.report.html beside the input)')
    .option('--video <file>', 'the video, for a frame and thumbnails of people')
    .option('--no-video', 'no pictures, even where the video lies beside the file')
    .addOption(configOption('zones, lines and calibration'))
    .addOption(setOption('section'))
    .addHelpText(
      'after',
      `
Examples:
  twintrack report street.trajectories.json --out report.html
  twintrack report street.trajectories.json --video street.mp4 --config zones.yaml
  twintrack report street.trajectories.json --set 'lines.door={points: [[0, 0.5], [1, 0.5]], unit: ratio}'`,
    )
    .action(runReport);
}

async function runReport(file: string, options: ReportCommandOptions): Promise<void> {
  const { writeReport } = await import('../report/index.ts');
  const { findVideo, readTrajectoriesHeader } = await import('../trajectories/index.ts');
  const { startBar } = await import('./progress.ts');
  const { interruptible } = await import('./interrupt.ts');
  const { reportNotice } = await import('./report-error.ts');
  const { runAreas } = await import('./run-areas.ts');
  const { out = `${file.replace(/(\.trajectories)?\.json$/i, '')}.report.html` } = options;
  const header = await readTrajectoriesHeader(file);
  const areas = await runAreas(header, options);
  const named = typeof options.video === 'string' ? options.video : undefined;
  const video = options.video === false ? undefined : (named ?? findVideo(file, header));
  const bar = await startBar('frames');
  const onNotice = (notice: Notice) => bar.aside(() => reportNotice(notice));
  await interruptible(bar.stop, async (signal) => {
    const { people, bytes } = await writeReport(file, { out, areas, video, signal, onNotice, onFrame: bar.update });
    bar.stop();
    const pictures = header.anonymized
      ? 'without pictures, as the run is anonymised'
      : video === undefined
        ? 'without pictures'
        : `pictures from ${printable(video)}`;
    process.stderr.write(`${printable(out)}: ${counted(people)}, ${(bytes / 1e6).toFixed(1)} MB, ${pictures}\n`);
  });
}
