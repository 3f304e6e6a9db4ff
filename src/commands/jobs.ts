import type { Command } from 'commander';
import { printable, UsageError } from '../core/errors.ts';
import type { CameraView } from '../fleet/cameras/list-cameras.ts';
import type { Connection } from '../fleet/connection.ts';
import type { StepView } from '../fleet/job-details.ts';
import type { JobView, KindView, listJobs } from '../fleet/overview.ts';
import { addQueueOption, openFleet, type QueueFlags } from './fleet-options.ts';

interface JobsOptions extends QueueFlags {
  watch?: boolean;
  retry?: string;
  cancel?: string;
  json?: boolean;
}

/** With --watch it is printed anew so often, in milliseconds. */
const INTERVAL = 2000;

/** Registers `twintrack jobs`. */
export function jobsCommand(program: Command): void {
  const command = program
    .command('jobs')
    .argument('[id]', 'one job, with its parts and the last lines of those that failed')
    .summary('how far the jobs of a queue are')
    .description('Lists the videos that were handed in with "twintrack submit", and the workers.');
  addQueueOption(command);
  command
    .option('--watch', 'print it again every two seconds, until Ctrl-C')
    .option('--retry <id>', 'do again what failed of a job')
    .option('--cancel <id>', 'give a job up')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
Examples:
  twintrack jobs --queue redis://queue:6379
  twintrack jobs v1f0c2a… --watch            one video, part by part
  twintrack jobs --retry v1f0c2a…            after what it failed of is put right`,
    )
    .action(async (id: string | undefined, _: unknown, command: Command) => {
      process.exit(await jobs(id, command.optsWithGlobals<JobsOptions>()));
    });
}

async function jobs(id: string | undefined, options: JobsOptions): Promise<number> {
  const { queue, retry, cancel, watch, json } = options;
  if (retry !== undefined && cancel !== undefined) throw new UsageError('--retry and --cancel: choose one');
  const { queueAddress } = await import('../fleet/address.ts');
  const { cancelJob, findJob, retryJob } = await import('../fleet/job-details.ts');
  const { reportLine } = await import('./report-error.ts');
  const connection = await openFleet(queueAddress(queue));
  try {
    if (retry !== undefined) {
      await retryJob(await findJob(connection, retry));
      reportLine(`${retry}: what failed of it is done again`);
    } else if (cancel !== undefined) {
      const gone = await cancelJob(await findJob(connection, cancel));
      reportLine(
        `${cancel}: ${gone ? 'is cancelled' : 'is being cancelled; the workers at it end that within seconds'}`,
      );
    } else if (watch) await show(connection, id, json ?? false, true);
    else await show(connection, id, json ?? false, false);
    return 0;
  } finally {
    await connection.close();
  }
}

async function show(connection: Connection, id: string | undefined, json: boolean, watch: boolean): Promise<void> {
  const { findJob, jobDetails } = await import('../fleet/job-details.ts');
  const { listJobs } = await import('../fleet/overview.ts');
  const { setTimeout: sleep } = await import('node:timers/promises');
  for (;;) {
    const found = id === undefined ? await listJobs(connection) : await jobDetails(await findJob(connection, id));
    const text = json ? JSON.stringify(found) : 'steps' in found ? detailText(found) : listText(found);
    const clear = watch && !json && process.stdout.isTTY ? '\u001b[H\u001b[J' : '';
    process.stdout.write(`${clear}${text}\n`);
    if (!watch) return;
    await sleep(INTERVAL);
  }
}

function listText({ kinds, jobs, more, cameras }: Awaited<ReturnType<typeof listJobs>>): string {
  const several = kinds.length > 1;
  const rows = jobs.map((job) => [...rowOf(job), ...(several ? [versionOf(job.kind)] : []), printable(job.input)]);
  const head = ['JOB', 'STATE', 'PARTS', 'FRAMES/S', 'WORKERS', ...(several ? ['FOR'] : []), 'VIDEO'];
  return [
    ...kinds.map(kindText),
    ...(kinds.length === 0 ? ['nothing was handed in yet, and no worker was started'] : []),
    ...(rows.length > 0 ? ['', ...table([head, ...rows])] : []),
    ...jobs.flatMap(({ id, error }) => (error ? [`${id}: ${error}`] : [])),
    ...(more ? ['there are more than are listed'] : []),
    ...(cameras.length > 0 ? ['', ...table([CAMERA_HEAD, ...cameras.map(cameraRow)])] : []),
  ].join('\n');
}

const CAMERA_HEAD = ['CAMERA', 'STATE', 'PEOPLE', 'FRAMES/S', 'WORKER', ''];

function cameraRow({ name, worker, state, people, fps, fault = '' }: CameraView): string[] {
  const known = worker ? (state ?? 'starting') : 'waiting';
  return [name, known, String(people ?? ''), fps?.toFixed(1) ?? '', worker ?? '', fault];
}

function kindText({ workers, waiting, running, ...kind }: KindView): string {
  const count = workers.length === 0 ? 'no worker' : `${workers.length} worker${workers.length > 1 ? 's' : ''}`;
  const alone = workers.length === 0 && waiting > 0 ? '; these wait until one is started' : '';
  return `${versionOf(kind)}: ${count}, ${running} jobs running, ${waiting} waiting${alone}`;
}

function versionOf({ version, models }: JobView['kind']): string {
  return `twintrack ${version} (models ${models})`;
}

function rowOf({ id, state, parts, rate, workers }: JobView): string[] {
  return [id, state, `${parts.done}/${parts.total}`, rate === undefined ? '' : rate.toFixed(1), workers.join(' ')];
}

function detailText(job: JobView & { steps: StepView[] }): string {
  const { id, state, input, priority, results, submitted, finished, error, kind, steps } = job;
  const facts = [
    ['video', printable(input)],
    ['state', state],
    ['priority', String(priority)],
    ['for', versionOf(kind)],
    ['submitted', submitted],
    ...(finished ? [['finished', finished]] : []),
    ...(state === 'done' ? [['results', results]] : []),
    ...(error ? [['error', error]] : []),
  ];
  const rows = steps.map(({ step, state, tries, worker = '', progress, error = '' }) => {
    const far = progress ? `${progress.frames} frames${state === 'active' ? `, ${progress.rate}/s` : ''}` : '';
    return [step, state, String(tries), worker, far, error];
  });
  const logs = steps
    .filter(({ log, state }) => log.length > 0 && state !== 'completed')
    .flatMap(({ step, log }) => ['', `${step}:`, ...log.map((line) => `  ${printable(line)}`)]);
  return [id, ...table(facts).map((row) => `  ${row}`), '', ...table([STEP_HEAD, ...rows]), ...logs].join('\n');
}

const STEP_HEAD = ['STEP', 'STATE', 'TRIES', 'WORKER', 'DONE', ''];

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
