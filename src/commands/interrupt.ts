import { reportLine } from './report-error.ts';

/** Ctrl-C, the end of a service, the end of a terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A Ctrl-C on a terminal that npm or a script passes on as well comes twice within this many milliseconds. */
const DOUBLED = 1000;

/**
 * From now on, a first Ctrl-C, SIGTERM or SIGHUP aborts the signal, so that the run can end in order; a later one ends the process at once.
 *
 * @param before called at the first one, before it is printed on standard error
 */
export function onInterrupt(before: () => void): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  let first = 0;
  const handle = (): void => {
    if (controller.signal.aborted) {
      if (performance.now() - first > DOUBLED) process.exit(130);
      return;
    }
    first = performance.now();
    before();
    reportLine('interrupted; closing the outputs (again to quit at once)');
    controller.abort(new Error('interrupted'));
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  return {
    signal: controller.signal,
    dispose() {
      for (const signal of SIGNALS) process.off(signal, handle);
    },
  };
}

/**
 * Does work that a Ctrl-C, SIGTERM or SIGHUP ends in order; the exit code is 130 then.
 *
 * @param stop takes the progress bar away: called at the signal and at the end, so maybe twice
 */
export async function interruptible(stop: () => void, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const { signal, dispose } = onInterrupt(stop);
  try {
    await work(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stop();
    dispose();
  }
  if (signal.aborted) process.exitCode = 130;
}
