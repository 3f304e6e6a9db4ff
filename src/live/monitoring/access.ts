import { getConnInfo } from '@hono/node-server/conninfo';
import type { MiddlewareHandler } from 'hono';
import { auth } from 'hono/utils/basic-auth';
import { timingSafeEqual } from 'hono/utils/buffer';
import { pause } from '../../video/camera/back-off.ts';
import { isLoopback } from './loopback.ts';

/** A token can be guessed when it is shorter. */
export const TOKEN_LENGTH = 16;

/** Answers to wrong tokens wait for so long after the first within a minute, twice as long after each more, and for so many at once. */
const FIRST_SECONDS = 0.25;
const MOST_SECONDS = 8;
const FORGET_SECONDS = 60;
const MOST_WAITING = 64;
/** Addresses remembered. */
const MOST_ADDRESSES = 10_000;

/**
 * Takes the token as the password of Basic authentication, or as a Bearer token of any characters: hono's bearerAuth allows only some.
 * Wrong ones are answered ever more slowly, by address.
 */
export function requireToken(token: string): MiddlewareHandler {
  const failures = new Map<string, { count: number; time: number }>();
  let waiting = 0;

  /** Waits as the earlier failures of an address ask for; returns false when too many wait. */
  const slowDown = async (address: string, signal: AbortSignal): Promise<boolean> => {
    const time = performance.now() / 1000;
    const before = failures.get(address);
    const count = before && time - before.time < FORGET_SECONDS ? before.count + 1 : 1;
    failures.delete(address); // the latest stand last
    failures.set(address, { count, time });
    const [oldest] = failures.keys();
    if (failures.size > MOST_ADDRESSES) failures.delete(oldest);
    if (waiting >= MOST_WAITING) return false;
    waiting++;
    await pause(Math.min(MOST_SECONDS, FIRST_SECONDS * 2 ** (count - 1)), signal);
    waiting--;
    return true;
  };

  return async (c, next) => {
    const given = c.req.header('authorization');
    const [, bearer] = /^Bearer (.*)$/i.exec(given ?? '') ?? [];
    const secret = bearer ?? auth(c.req.raw)?.password ?? '';
    if (await timingSafeEqual(secret, token)) return next();
    if (given !== undefined && !(await slowDown(getConnInfo(c).remote.address ?? '', c.req.raw.signal)))
      return c.text('too many wrong tokens; try again later', 429, { 'retry-after': `${MOST_SECONDS}` });
    const realm = { 'www-authenticate': 'Basic realm="twintrack"' };
    return c.text('the token is needed, as password with any user name', 401, realm);
  };
}

/** Refuses requests under another host name: a site could give its own name this machine's address (DNS rebinding). */
export const requireLoopback: MiddlewareHandler = async (c, next) => {
  const host = (c.req.header('host') ?? 'localhost').replace(/:\d+$/, ''); // HTTP/1.0 has none
  if (isLoopback(host)) return next();
  return c.text(`${host} is not this machine; start with --token to be reached by it`, 403);
};

/** Counts what is open at once, up to a number. */
export class Places {
  readonly #most: () => number;
  #taken = 0;

  constructor(most: () => number) {
    this.#most = most;
  }

  /** Takes a place; returns what gives it back, or undefined when none is free. */
  take(): (() => void) | undefined {
    if (this.#taken >= this.#most()) return undefined;
    this.#taken++;
    let open = true;
    return () => {
      if (open) this.#taken--;
      open = false;
    };
  }
}
