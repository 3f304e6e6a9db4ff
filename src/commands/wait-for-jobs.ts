import { setTimeout as sleep } from 'node:timers/promises';
import { printable } from '../core/errors.ts';
import { people } from '../core/text.ts';
import type { Connection } from '../fleet/connection.ts';
import { findJob, jobDetails } from '../fleet/job-details.ts';
import type { JobView } from '../fleet/overview.ts';
import type { Submission } from '../fleet/submit.ts';
import { startBar } from './progress.ts';
import { reportLine } from './report-error.ts';

/** How often the queue is asked, in milliseconds. */
const INTERVAL = 1000;

/** Waits until all jobs are finished, and prints what became of each. Returns the exit code: 1 when one of them failed. */
export async function waitForJobs(
  connection: Connection,
  submitted: readonly Submission[],
  json: boolean,
): Promise<number> {
  const bar = await startBar('parts');
  const waiting = new Map(submitted.map(({ id, input }) => [id, input]));
  const total = submitted.reduce((sum, { job }) => sum + Math.max(1, job.parts.length), 0);
  let finished = 0;
  let exitCode = 0;
  while (waiting.size > 0) {
    let done = finished;
    for (const [id, input] of waiting) {
      const { steps: _, ...view } = await jobDetails(await findJob(connection, id));
      done += view.parts.done;
      if (view.state === 'waiting' || view.state === 'running') continue;
      waiting.delete(id);
      finished += view.parts.total;
      if (view.state !== 'done') exitCode = 1;
      bar.aside(() => print(view, input, json));
    }
    bar.update(Math.min(done, total), total);
    if (waiting.size > 0) await sleep(INTERVAL);
  }
  bar.stop();
  return exitCode;
}

function print(view: JobView, input: string, json: boolean): void {
  const { state, error, frames = 0, trajectories = 0, results } = view;
  if (json) process.stdout.write(`${JSON.stringify({ ...view, input })}\n`);
  else if (state === 'done')
    process.stderr.write(`${printable(input)}: ${people(trajectories)} in ${frames} frames; ${results}\n`);
  if (state !== 'done') reportLine(error ?? `${printable(input)}: ${state}`);
}
