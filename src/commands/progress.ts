import { runAtExit } from '../files/at-exit.ts';

/** What a progress bar shows. */
export interface Progress {
  /** What is done with the frames; the bar begins anew with another. */
  readonly activity: 'track' | 'draw';
  /** Frames done. */
  readonly frames: number;
  /** Frames in all, when known. */
  readonly total: number | undefined;
  /** People in the last frame. */
  readonly people: number;
}

/** A progress bar. */
export interface ProgressBar {
  update(progress: Progress): void;
  /** Removes the bar, so that what is written next starts on a line of its own. It stays away. */
  stop(): void;
}

/** A progress bar on standard error with frames, frames/s, people and time left; nothing when that is no terminal. */
export async function startProgress(): Promise<ProgressBar> {
  if (!process.stderr.isTTY) return { update() {}, stop() {} };
  const { SingleBar, Presets } = await import('cli-progress');
  let bar: InstanceType<typeof SingleBar> | undefined;
  let stopped = false;
  let started = 0;
  let current: Progress['activity'] | undefined;
  const stop = (): void => {
    stopped = true;
    bar?.stop();
    release();
  };
  const release = runAtExit(stop); // a cursor that was hidden comes back
  return {
    update({ activity, frames, total, people }) {
      if (stopped) return;
      if (!bar || activity !== current) {
        bar?.stop();
        current = activity;
        started = performance.now();
        const what = activity === 'draw' ? 'frames drawn' : 'frames';
        bar = new SingleBar(
          {
            format: total ? `{bar} {percentage}%  {value}/{total} ${what}{rest}` : `{value} ${what}{rest}`,
            barsize: 16,
            hideCursor: true,
            clearOnComplete: true,
            stream: process.stderr,
          },
          Presets.shades_classic,
        );
        bar.start(total ?? 0, frames, { rest: `  ${countOf(people)}` });
        return;
      }
      // the first frame has waited for the others on their way, so the clock starts with it
      const rate = (1000 * (frames - 1)) / Math.max(1, performance.now() - started);
      const left = total ? `  ${clock(Math.max(0, total - frames) / rate)} left` : '';
      bar.update(frames, { rest: `  ${rate.toFixed(1)} frames/s  ${countOf(people)}${left}` });
    },
    stop,
  };
}

/** "1 person", "2 people". */
export function countOf(people: number): string {
  return `${people} ${people === 1 ? 'person' : 'people'}`;
}

/** Seconds as m:ss, or h:mm:ss from an hour on. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [h, m, s] = parts.map((part) => String(part).padStart(2, '0'));
  return whole >= 3600 ? `${Number(h)}:${m}:${s}` : `${Number(m)}:${s}`;
}
