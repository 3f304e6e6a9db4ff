import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';
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

/** The secrets of the live page. */
export interface Tokens {
  /** Who has it sees everything; undefined where this machine's own users may. */
  readonly viewer: string | undefined;
  /** Who has it may also change what is followed; undefined for none. */
  readonly admin: string | undefined;
}

/** What lets requests through by their tokens; wrong ones are answered ever more slowly, by address. */
export class Access {
  readonly #tokens: Tokens;
  readonly #failures = new Map<string, { count: number; time: number }>();
  #waiting = 0;

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  /**
   * Takes either token as the password of Basic authentication, or as a Bearer token of any characters: hono's bearerAuth allows only some.
   * Where viewers need none, only requests under this machine's own name pass.
   */
  readonly toSee: MiddlewareHandler = async (c, next) => {
    const { viewer, admin } = this.#tokens;
    if (viewer === undefined) return requireLoopback(c, next);
    const secret = bearerOf(c) ?? auth(c.req.raw)?.password ?? '';
    if ((await timingSafeEqual(secret, viewer)) || (admin && (await timingSafeEqual(secret, admin)))) return next();
    return this.#refuse(c, 'the token is needed, as password with any user name', 'Basic realm="twintrack"');
  };

  /**
   * Takes the admin's token as a Bearer token only: browsers send a password by themselves, also for a page of another site. A request that
   * a page of another site makes is refused whatever it has.
   */
  readonly toChange: MiddlewareHandler = async (c, next) => {
    const { viewer, admin } = this.#tokens;
    const origin = c.req.header('origin');
    if (origin !== undefined && hostOf(origin) !== c.req.header('host'))
      return c.text('pages of other sites may change nothing', 403);
    if (admin === undefined) return c.text('there is no admin token; start with --admin-token', 403);
    const secret = bearerOf(c);
    if (secret !== undefined && (await timingSafeEqual(secret, admin))) return next();
    const need = 'the admin token is needed, as a Bearer token';
    if (viewer !== undefined) return c.text(need, 403); // a viewer, or the admin by a password
    return this.#refuse(c, need, 'Bearer realm="twintrack"');
  };

  async #refuse(c: Context, need: string, challenge: string): Promise<Response> {
    const given = c.req.header('authorization');
    if (given !== undefined && !(await this.#slowDown(getConnInfo(c).remote.address ?? '', c.req.raw.signal)))
      return c.text('too many wrong tokens; try again later', 429, { 'retry-after': `${MOST_SECONDS}` });
    return c.text(need, 401, { 'www-authenticate': challenge });
  }

  /** Waits as the earlier failures of an address ask for; returns false when too many wait. */
  async #slowDown(address: string, signal: AbortSignal): Promise<boolean> {
    const failures = this.#failures;
    const time = performance.now() / 1000;
    const before = failures.get(address);
    const count = before && time - before.time < FORGET_SECONDS ? before.count + 1 : 1;
    failures.delete(address); // the latest stand last
    failures.set(address, { count, time });
    const [oldest] = failures.keys();
    if (failures.size > MOST_ADDRESSES) failures.delete(oldest);
    if (this.#waiting >= MOST_WAITING) return false;
    this.#waiting++;
    await pause(Math.min(MOST_SECONDS, FIRST_SECONDS * 2 ** (count - 1)), signal);
    this.#waiting--;
    return true;
  }
}

/** The Bearer token of a request. */
function bearerOf(c: Context): string | undefined {
  return /^Bearer (.*)$/i.exec(c.req.header('authorization') ?? '')?.[1];
}

/** The host, with its port, of the page that makes a request; undefined where it is hidden. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** Refuses requests under another host name: a site could give its own name this machine's address (DNS rebinding). */
const requireLoopback: MiddlewareHandler = async (c, next) => {
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
