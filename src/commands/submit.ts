import { type Command, InvalidArgumentError } from 'commander';
import { messageOf, printable, UsageError } from '../core/errors.ts';
import type { QueueAddress } from '../fleet/address.ts';
import type { Submission, SubmitTarget } from '../fleet/submit.ts';
import { addQueueOptions, openFleet, type QueueFlags } from './fleet-options.ts';
import { numberFrom } from './options.ts';
import { addTrackOptions, type TrackFlags, trackSettings } from './track-options.ts';

interface SubmitOptions extends QueueFlags, TrackFlags {
  split: number;
  priority: number;
  wait?: boolean;
  cameras?: string;
  json?: boolean;
  verbose?: boolean;
}

/** Seconds of a part unless asked otherwise. */
const PART_SECONDS = 60;

/** Registers `twintrack submit`. */
export function submitCommand(program: Command): void {
  const command = program
    .command('submit')
    .summary('hand videos in to be tracked by workers')
    .description(
      'Hands videos in to be tracked by "twintrack worker" on other machines. A long one is split into parts, and the result is that of ' +
        '"twintrack track". The same video with the same settings is one job, however often it is handed in. The results are put into the ' +
        'store, in results/<name>/.',
    )
    .argument(
      '[input...]',
      'videos: paths that all workers have as well, quoted globs, store:<key> or s3://bucket/key',
    );
  addQueueOptions(command);
  command
    .option(
      '--split <length>',
      'auto, never, or the length of a part in whole minutes: 60s, 5m',
      splitLength,
      PART_SECONDS,
    )
    .option('--priority <n>', 'the lower, the sooner', numberFrom(0, true), 100)
    .option(
      '--cameras <file>',
      'instead of videos: have the workers follow the cameras of this config file, and no others',
    )
    .option('--wait', 'wait for the results; the exit code is 1 when one of them failed');
  addTrackOptions(command);
  command
    .option('--json', 'print one line of JSON per input on standard output')
    .addHelpText(
      'after',
      `
Examples:
  twintrack submit '/mnt/share/videos/*.mp4' --queue redis://queue:6379 --store /mnt/share
  twintrack submit store:videos/street.mp4 --wait            a video that is in the store
  twintrack submit /mnt/share/street.mp4 --priority 1        before all others
  twintrack submit --cameras cameras.yaml                    cameras, as for "twintrack stream --config"
  twintrack jobs                                             how far they are`,
    )
    .action(async (inputs: string[], _: unknown, command: Command) => {
      process.exit(await submit(inputs, command.optsWithGlobals<SubmitOptions>()));
    });
}

async function submit(given: readonly string[], options: SubmitOptions): Promise<number> {
  const { queueAddress, storeAddress } = await import('../fleet/address.ts');
  const address = queueAddress(options.queue);
  if (options.cameras !== undefined) return submitCameras(given, options.cameras, address, options);
  if (given.length === 0) throw new UsageError('submit: no input; name a video, or cameras with --cameras');
  const where = storeAddress(options.store);
  const { expandInputs, plainSettings, submitVideo } = await import('../fleet/submit.ts');
  const inputs = expandInputs(given);
  const settings = plainSettings(await trackSettings(inputs, options));
  const { openStore } = await import('../store/store.ts');
  const { thisKind } = await import('../fleet/kind.ts');
  const { reportError, reportNotice } = await import('./report-error.ts');
  const connection = await openFleet(address);
  const store = await openStore(where);
  const target: SubmitTarget = { connection, store, kind: await thisKind() };
  let exitCode = 0;
  const submitted: Submission[] = [];
  try {
    for (const input of inputs) {
      try {
        const { split, priority } = options;
        const submission = await submitVideo(target, input, settings, { split, priority, onNotice: reportNotice });
        submitted.push(submission);
        print(submission, options);
      } catch (error) {
        if (options.json) process.stdout.write(`${JSON.stringify({ input, error: messageOf(error) })}\n`);
        exitCode = reportError(error, options.verbose ?? false);
      }
    }
    if (!options.wait) return exitCode;
    const { waitForJobs } = await import('./wait-for-jobs.ts');
    return Math.max(exitCode, await waitForJobs(connection, submitted, options.json ?? false));
  } finally {
    await connection.close();
    await store.close();
  }
}

async function submitCameras(
  inputs: readonly string[],
  file: string,
  address: QueueAddress,
  { set, json }: SubmitOptions,
): Promise<number> {
  if (inputs.length > 0) throw new UsageError('--cameras: videos are handed in by a command of their own');
  const { wantCameras } = await import('../fleet/cameras/want-cameras.ts');
  const { thisKind } = await import('../fleet/kind.ts');
  const connection = await openFleet(address);
  try {
    const wanted = await wantCameras(connection, await thisKind(), file, set);
    if (json) process.stdout.write(`${JSON.stringify(wanted)}\n`);
    else
      for (const [what, names] of Object.entries(wanted))
        for (const name of names) process.stderr.write(`${name}: ${what}\n`);
    return 0;
  } finally {
    await connection.close();
  }
}

function print({ input, id, job, before }: Submission, { json, wait }: SubmitOptions): void {
  const { parts, whole, name } = job;
  if (json && !wait) {
    const said = {
      input,
      id,
      before,
      parts: Math.max(1, parts.length),
      ...(whole && { whole }),
      results: `results/${name}/`,
    };
    process.stdout.write(`${JSON.stringify(said)}\n`);
  }
  if (json) return;
  const how = parts.length > 0 ? `${parts.length} parts` : whole ? `one part: ${whole}` : 'one part';
  process.stderr.write(`${printable(input)}: job ${id}, ${before ? 'handed in before' : how}; results/${name}/\n`);
}

function splitLength(text: string): number {
  if (text === 'auto') return PART_SECONDS;
  if (text === 'never') return 0;
  const [, count, unit] = /^(\d+)(s|m)$/.exec(text) ?? [];
  const seconds = Number(count) * (unit === 'm' ? 60 : 1);
  if (seconds > 0 && seconds % 60 === 0) return seconds;
  throw new InvalidArgumentError('it must be auto, never, or whole minutes, such as 60s or 5m.');
}
