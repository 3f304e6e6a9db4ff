import type { Log } from '../live/monitoring/log.ts';

/** Says what goes wrong again and again once a minute, so that a log is not flooded while a server is gone. */
export class Outage {
  readonly #log: Log;
  readonly #subject: string;
  #said = Number.NEGATIVE_INFINITY;

  /** @param subject what is not there */
  constructor(log: Log, subject: string) {
    this.#log = log;
    this.#subject = subject;
  }

  /** @param every milliseconds before it is said again */
  report(reason: string, every = 60_000): void {
    const now = performance.now();
    if (now - this.#said < every) return;
    this.#said = now;
    this.#log.warn({ reason }, `${this.#subject} cannot be used; trying again`);
  }

  /** Whether it was there when last used. */
  get isOver(): boolean {
    return this.#said === Number.NEGATIVE_INFINITY;
  }

  /** It is there. */
  over(): void {
    if (this.isOver) return;
    this.#said = Number.NEGATIVE_INFINITY;
    this.#log.info({}, `${this.#subject} can be used again`);
  }
}
