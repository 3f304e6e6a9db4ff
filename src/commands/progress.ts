import { clock } from '../core/text.ts';
import { runAtExit } from '../files/at-exit.ts';

/** A progress bar on standard error for counted work; nothing when that is not a terminal. */
export interface ProgressBar {
  /**
   * @param done how much is done; the bar appears with the first update
   * @param total of how much; undefined when that is not known
   * @param note shown behind
   * @param unit what is counted, plural; the bar begins anew with another
   */
  update(done: number, total: number | undefined, note?: string, unit?: string): void;
  /** Takes the bar away while something is written on standard error. */
  aside(write: () => void): void;
  /** Removes the bar, so that what is written next starts on a line of its own. It stays away. */
  stop(): void;
}

/** Makes a bar with a count, a rate and the time left. @param unit what is counted unless an update says otherwise, plural */
export async function startBar(unit = 'frames'): Promise<ProgressBar> {
  if (!process.stderr.isTTY) return { update() {}, aside: (write) => write(), stop() {} };
  const { SingleBar, Presets } = await import('cli-progress');
  let bar: InstanceType<typeof SingleBar> | undefined;
  let stopped = false;
  let started = 0;
  let first = 0;
  let current: string | undefined;
  const stop = (): void => {
    stopped = true;
    bar?.stop();
    release();
  };
  const release = runAtExit(stop); // a cursor that was hidden comes back
  return {
    update(done, total, note = '', counted = unit) {
      if (stopped) return;
      if (!bar || counted !== current) {
        bar?.stop();
        current = counted;
        started = performance.now();
        first = done;
        bar = new SingleBar(
          {
            format: total ? `{bar} {percentage}%  {value}/{total} ${counted}{rest}` : `{value} ${counted}{rest}`,
            barsize: 16,
            hideCursor: true,
            clearOnComplete: true,
            stream: process.stderr,
          },
          Presets.shades_classic,
        );
        bar.start(total ?? 0, done, { rest: joined(note) });
        return;
      }
      // the first one has waited for the others on their way, so the clock starts with it
      const rate = (1000 * (done - first)) / Math.max(1, performance.now() - started);
      const left = total && rate > 0 ? `${clock(Math.max(0, total - done) / rate)} left` : '';
      const [noun] = counted.split(' ');
      bar.update(done, { rest: joined(noun === '%' ? '' : `${rate.toFixed(1)} ${noun}/s`, note, left) });
    },
    aside(write) {
      bar?.stop();
      bar = undefined;
      write();
    },
    stop,
  };
}

function joined(...parts: readonly string[]): string {
  return parts.map((part) => part && `  ${part}`).join('');
}
