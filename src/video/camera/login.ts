import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** A user name and a password. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

const HASHES: Readonly<Record<string, string>> = { md5: 'md5', 'sha-256': 'sha256' };

/** The challenges of a server, one for each header: Node joins those of a name. */
export function challengesOf({ rawHeaders }: IncomingMessage): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && /^www-authenticate$/i.test(rawHeaders[i - 1]));
}

/**
 * Answers the challenges of a server by Digest authentication (RFC 7616), or by Basic authentication where it offers nothing better.
 *
 * @param challenges the values of its WWW-Authenticate headers
 * @returns makes the Authorization header of a request; undefined when none of the challenges is known
 */
export function answerTo(
  challenges: readonly string[],
  { user, password }: Login,
): ((method: string, uri: string) => string) | undefined {
  const digest = challenges
    .filter((challenge) => /^digest\s/i.test(challenge))
    .map(parametersOf)
    .find(({ algorithm = 'MD5' }) => HASHES[algorithm.toLowerCase()]);
  if (digest) return digestAnswer(digest, { user, password });
  if (!challenges.some((challenge) => /^basic(\s|$)/i.test(challenge))) return undefined;
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return () => basic;
}

function digestAnswer(
  { realm = '', nonce = '', opaque, algorithm, qop }: Readonly<Record<string, string | undefined>>,
  { user, password }: Login,
): (method: string, uri: string) => string {
  const hash = (...parts: string[]) =>
    createHash(HASHES[(algorithm ?? 'MD5').toLowerCase()])
      .update(parts.join(':'))
      .digest('hex');
  const secret = hash(user, realm, password);
  const counted = qop?.split(/\s*,\s*/).includes('auth') ?? false;
  let count = 0;
  return (method, uri) => {
    const action = hash(method, uri);
    const fields = [`username="${user}"`, `realm="${realm}"`, `nonce="${nonce}"`, `uri="${uri}"`];
    if (counted) {
      const nc = (++count).toString(16).padStart(8, '0');
      const cnonce = randomBytes(8).toString('hex');
      fields.push(`response="${hash(secret, nonce, nc, cnonce, 'auth', action)}"`);
      fields.push('qop=auth', `nc=${nc}`, `cnonce="${cnonce}"`);
    } else fields.push(`response="${hash(secret, nonce, action)}"`);
    if (algorithm) fields.push(`algorithm=${algorithm}`);
    if (opaque !== undefined) fields.push(`opaque="${opaque}"`);
    return `Digest ${fields.join(', ')}`;
  };
}

/** The parameters of a challenge: `Digest realm="a", nonce="b"`. */
function parametersOf(challenge: string): Record<string, string | undefined> {
  const pairs = challenge.matchAll(/([a-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gi);
  return Object.fromEntries(Array.from(pairs, ([, name, quoted, plain]) => [name.toLowerCase(), quoted ?? plain]));
}
