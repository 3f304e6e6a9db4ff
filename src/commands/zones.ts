import type { Command } from 'commander';
import { printable } from '../core/errors.ts';
import { configOption, numberFrom, portNumber } from './options.ts';
import { reportLine } from './report-error.ts';

interface ZonesOptions {
  readonly config?: string;
  readonly at?: number;
  readonly port: number;
}

/** Registers `twintrack zones`. */
export function zonesCommand(program: Command): void {
  program
    .command('zones')
    .argument('<input>', 'a video, the address of a camera, the name of one in --config, or FILE.trajectories.json')
    .summary('draw zones, lines and ignore areas on a picture, with the mouse')
    .description(
      'Opens a page, for this machine only, on which you draw zones, lines, ignore areas and ground points on a frame of the video or a picture ' +
        'of the camera. With a run, the page shows its paths, and its counts change while you draw. Save writes the YAML file for --config ' +
        'of track, stream, report and export; its comments and other sections stay. Ctrl-C ends it.',
    )
    .addOption(configOption('the areas, read and written (default: <stem>.yaml beside the input; of a camera here)'))
    .option('--at <seconds>', 'time of the frame in the video (default: its first frame)', numberFrom(0))
    .option('--port <n>', 'port of the page; 0 takes a free one', portNumber, 0)
    .addHelpText(
      'after',
      `
Examples:
  twintrack zones street.mp4                             writes street.yaml
  twintrack zones out/street.trajectories.json           the counts of a run while you draw
  twintrack zones street.mp4 --config zones.yaml --at 12.5
  twintrack zones rtsp://user:password@192.168.1.20/stream1 --config entrance.yaml
  twintrack zones entrance --config cameras.yaml         a camera of this file, by its name`,
    )
    .action(zones);
}

async function zones(input: string, { config, at, port }: ZonesOptions): Promise<void> {
  const { openSubject } = await import('../zones/subject.ts');
  const { serveZones } = await import('../zones/server.ts');
  const ended = new AbortController();
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
  });
  stopped.then(() => ended.abort(new Error('interrupted')));
  try {
    const subject = await openSubject(input, { config, at, signal: ended.signal });
    await subject.file.read(); // what is wrong with the file is said here, not on the page
    if (subject.plain !== undefined) reportLine(subject.plain);
    const server = await serveZones(subject, port);
    process.stdout.write(`${server.url}\n`);
    reportLine(`open this address; Save writes ${printable(subject.file.path)}; Ctrl-C ends`);
    await stopped;
    await server.close();
  } catch (error) {
    if (!ended.signal.aborted) throw error;
  }
  if ((await stopped) === 'SIGINT') process.exitCode = 130;
}
