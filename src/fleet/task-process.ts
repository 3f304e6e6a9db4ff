import { messageOf, redact, TwintrackError } from '../core/errors.ts';
import { letHeapGrow } from '../core/heap-growth.ts';
import { endAll } from './end-all.ts';
import type { JobProgress } from './job-data.ts';
import { runTask, type Task, type TaskResult } from './run-task.ts';

/*
 * The process that a worker starts to do the work. It does one task after the other, and ends with the worker, whatever becomes of that.
 */

/** What it sends. */
export type Report =
  | { readonly progress: JobProgress }
  | { readonly notice: string }
  | { readonly done: TaskResult }
  | { readonly error: string };

/** Progress is sent so often, in milliseconds. */
const PROGRESS_INTERVAL = 1000;

letHeapGrow();
// These come to all processes of a terminal or service; the worker says when this one is to end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('disconnect', endAll);
process.on('message', (task: Task) => void work(task));

async function work(task: Task): Promise<void> {
  let next = 0;
  let [activity, since, first]: [string | undefined, number, number] = [undefined, 0, 0];
  try {
    const done = await runTask(task, {
      onProgress(progress) {
        const now = performance.now();
        if (progress.activity !== activity) [activity, since, first] = [progress.activity, now, progress.frames];
        if (now < next) return;
        next = now + PROGRESS_INTERVAL;
        const rate = (1000 * (progress.frames - first)) / Math.max(1, now - since);
        send({ progress: { ...progress, rate: Math.round(10 * rate) / 10 } });
      },
      onNotice: ({ message }) => send({ notice: message }),
    });
    send({ done });
  } catch (error) {
    if (!(error instanceof TwintrackError) && error instanceof Error) console.error(redact(error.stack ?? ''));
    send({ error: redact(messageOf(error)) });
  }
}

function send(report: Report): void {
  if (process.connected) process.send?.(report);
}
