import { printable } from '../core/errors.ts';
import { clock } from '../core/text.ts';
import { runAtExit } from '../files/at-exit.ts';

/** Shows how far counted work has come, on standard error. */
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

/** How progress is shown: `auto` as a bar on a terminal and else as a line a minute, `json` as a line of JSON a second. */
export type ProgressForm = 'auto' | 'json';

/** Settings of {@link startBar}. */
export interface ProgressOptions {
  /** Default `auto`. */
  readonly form?: ProgressForm | undefined;
  /** What is worked on, for lines of JSON. */
  readonly input?: string | undefined;
  /** Whether other work goes on besides, so that there is no room for a bar: lines say what they are of. Default false. */
  readonly several?: boolean;
}

/** A line is written so often, in milliseconds. */
const LINE_INTERVAL = 60_000;
const JSON_INTERVAL = 1000;

/** Makes a bar with a count, a rate and the time left, or lines of them. @param unit what is counted unless an update says otherwise, plural */
export async function startBar(
  unit = 'frames',
  { form = 'auto', input, several = false }: ProgressOptions = {},
): Promise<ProgressBar> {
  const write = (line: string) => void process.stderr.write(`${line}\n`);
  if (form === 'json')
    return lines(unit, (pace) => write(JSON.stringify({ ...(input && { input }), ...pace })), JSON_INTERVAL, 0);
  const of = several && input ? `${printable(input)}: ` : '';
  if (several || !process.stderr.isTTY)
    return lines(unit, (pace) => write(`${of}${textOf(pace)}`), LINE_INTERVAL, LINE_INTERVAL);
  return terminalBar(unit);
}

/** How far work has come, and how fast it goes. */
export interface Progress {
  readonly done: number;
  readonly total?: number;
  /** What is counted. */
  readonly unit: string;
  /** So many a second, since this unit is counted. */
  readonly rate: number;
  /** Seconds left, where the total is known. */
  readonly left?: number;
  readonly note?: string;
}

/**
 * Writes lines in place of a bar.
 *
 * @param write takes what a line is to say
 * @param every milliseconds from line to line
 * @param first milliseconds before the first one
 */
export function lines(
  unit: string,
  write: (progress: Progress) => void,
  every: number,
  first: number,
  now: () => number = () => performance.now(),
): ProgressBar {
  const pace = new Pace(now);
  let next = now() + first;
  let stopped = false;
  return {
    update(done, total, note, counted = unit) {
      const progress = pace.take(done, total, counted);
      if (stopped || now() < next) return;
      next = now() + every;
      write({ ...progress, ...(note && { note }) });
    },
    aside: (write) => write(),
    stop() {
      stopped = true;
    },
  };
}

/** Measures how fast work goes. */
class Pace {
  readonly #now: () => number;
  #unit: string | undefined;
  #started = 0;
  #first = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether something else is counted from now on. */
  begins(unit: string): boolean {
    return unit !== this.#unit;
  }

  take(done: number, total: number | undefined, unit: string): Progress {
    // the first one has waited for the others on their way, so the clock starts with it
    if (this.begins(unit)) [this.#unit, this.#started, this.#first] = [unit, this.#now(), done];
    const rate = (1000 * (done - this.#first)) / Math.max(1, this.#now() - this.#started);
    const left = total && rate > 0 ? Math.max(0, total - done) / rate : undefined;
    const rounded = (value: number) => Math.round(10 * value) / 10;
    return {
      done,
      ...(total !== undefined && { total }),
      unit,
      rate: rounded(rate),
      ...(left !== undefined && { left: rounded(left) }),
    };
  }
}

function textOf({ done, total, note = '', ...progress }: Progress): string {
  return `${done}${total ? `/${total}` : ''} ${progress.unit}${restOf({ done, note, ...progress })}`;
}

/** What stands behind the count. */
function restOf({ unit, rate, left, note = '' }: Progress): string {
  const [noun] = unit.split(' ');
  const parts = [
    noun === '%' ? '' : `${rate.toFixed(1)} ${noun}/s`,
    note,
    left === undefined ? '' : `${clock(left)} left`,
  ];
  return joined(...parts);
}

async function terminalBar(unit: string): Promise<ProgressBar> {
  const { SingleBar, Presets } = await import('cli-progress');
  const pace = new Pace();
  let bar: InstanceType<typeof SingleBar> | undefined;
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    bar?.stop();
    release();
  };
  const release = runAtExit(stop); // a cursor that was hidden comes back
  return {
    update(done, total, note = '', counted = unit) {
      if (stopped) return;
      const begins = !bar || pace.begins(counted);
      const progress = pace.take(done, total, counted);
      if (!begins) {
        bar?.update(done, { rest: restOf({ ...progress, note }) });
        return;
      }
      bar?.stop();
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
