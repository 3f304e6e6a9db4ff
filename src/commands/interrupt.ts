import { reportLine } from './report-error.ts';

/** A Ctrl-C on a terminal that npm or a script passes on as well comes twice within this many milliseconds. */
const DOUBLED = 1000;

/**
 * From now on, a first Ctrl-C or SIGTERM aborts the signal, so that the run can end in order; a later one ends the process at once.
 *
 * @param before called at the first one, before it is told on standard error
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
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return {
    signal: controller.signal,
    dispose() {
      process.off('SIGINT', handle);
      process.off('SIGTERM', handle);
    },
  };
}
