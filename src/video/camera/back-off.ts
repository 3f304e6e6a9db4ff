import { connect } from 'node:net';

/** Limits of the waits in seconds. */
export interface BackoffLimits {
  readonly retryMinSeconds: number;
  readonly retryMaxSeconds: number;
}

/** Waits between attempts: each twice as long as the one before up to the longest, less up to a half by chance. */
export class Backoff {
  limits: BackoffLimits;
  private attempts = 0;

  constructor(limits: BackoffLimits) {
    this.limits = limits;
  }

  /** Seconds to wait before the next attempt. */
  next(random = Math.random()): number {
    const { retryMinSeconds, retryMaxSeconds } = this.limits;
    const seconds = Math.min(retryMaxSeconds, retryMinSeconds * 2 ** Math.min(this.attempts++, 30));
    return seconds * (1 - random / 2);
  }

  /** The next wait is the longest: an attempt would fail for the same reason, and cameras lock an account after several. */
  slow(): void {
    this.attempts = 30;
  }

  /** The next wait is the shortest again. */
  reset(): void {
    this.attempts = 0;
  }
}

/** Resolves after some seconds, or when the signal fires. */
export function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, 1000 * seconds);
    signal.addEventListener('abort', done);
  });
}

/** Seconds between two knocks, and after which one counts as not answered. */
const KNOCK_SECONDS = 0.25;
const ANSWER_SECONDS = 1;

/**
 * Waits, but no longer than until a port that is closed now opens, tried by TCP connections over which nothing is sent. So
 * a camera that is back is taken up at once, however long it was away.
 *
 * @returns whether the port was closed and has opened
 */
export async function pauseUntilOpen(
  seconds: number,
  port: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<boolean> {
  const end = performance.now() + 1000 * seconds;
  const left = () => (end - performance.now()) / 1000;
  if (await isOpen(port)) {
    await pause(left(), signal);
    return false;
  }
  while (left() > 0 && !signal.aborted) {
    await pause(Math.min(left(), KNOCK_SECONDS), signal);
    if (left() > 0 && !signal.aborted && (await isOpen(port))) return true;
  }
  return false;
}

function isOpen({ host, port }: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 * ANSWER_SECONDS });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}
