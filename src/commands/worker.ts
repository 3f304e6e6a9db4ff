import type { Command } from 'commander';
import { addQueueOptions, type QueueFlags } from './fleet-options.ts';
import { numberFrom } from './options.ts';

interface WorkerOptions extends QueueFlags {
  cores: number;
  cameras: number;
}

/** Registers `twintrack worker`. */
export function workerCommand(program: Command): void {
  const command = program
    .command('worker')
    .summary('do the jobs of a queue, until it is stopped')
    .description(
      'Takes the jobs that "twintrack submit" puts into a queue, one after the other, until SIGTERM or Ctrl-C. Start one on each ' +
        'machine. The job in hand then has 20 s, or another worker does it. Follows its share of the cameras as well.',
    );
  addQueueOptions(command);
  command
    .option('--cores <n>', 'processor cores for inference; 0 takes all', numberFrom(0, true), 0)
    .option(
      '--cameras <n>',
      'follow so many cameras at most; 0: none (default: its share of them)',
      numberFrom(0, true),
      Number.POSITIVE_INFINITY,
    )
    .addHelpText(
      'after',
      `
Examples:
  twintrack worker --queue redis://queue:6379 --store /mnt/share
  twintrack worker --queue postgres://user@database/twintrack --store s3://bucket/prefix
  TWINTRACK_QUEUE=redis://:secret@queue:6379 TWINTRACK_STORE=/mnt/share twintrack worker

The videos that were handed in by their path must have the same path here. Log lines are written on standard error.`,
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<WorkerOptions>();
      // the connections to a server that is gone would keep the process
      process.exit(await work(options));
    });
}

/** Returns the exit code: 0 after SIGTERM, which stops a service, 130 after Ctrl-C. */
async function work({ queue, store, cores, cameras }: WorkerOptions): Promise<number> {
  const { queueAddress, storeAddress } = await import('../fleet/address.ts');
  const { runWorker } = await import('../fleet/worker.ts');
  const { openLog } = await import('../live/monitoring/log.ts');
  const { reportError } = await import('./report-error.ts');
  const stop = new AbortController();
  let exitCode = 0;
  const log = await openLog();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (stop.signal.aborted && signal === 'SIGINT') process.exit(130);
      if (signal === 'SIGINT') exitCode = 130;
      if (!stop.signal.aborted) log.info({ signal }, 'stopping');
      stop.abort();
    });
  try {
    const settings = { address: queueAddress(queue), store: storeAddress(store), cores, cameras, log };
    await runWorker(settings, stop.signal);
    log.info({}, 'stopped');
    return exitCode;
  } catch (error) {
    return reportError(error, false);
  }
}
