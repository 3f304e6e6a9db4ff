import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { inputError, messageOf, printable, UsageError } from '../../core/errors.ts';
import { readError } from '../../files/file-errors.ts';
import type { Live } from '../live.ts';
import { TOKEN_LENGTH } from './access.ts';
import type { Admin } from './app.ts';
import { listen } from './listen.ts';
import { isLoopback } from './loopback.ts';

/** Settings of {@link startServer}. */
export interface ServerOptions {
  /** Address to listen on. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Secret that viewers need, of at least 16 characters. It may be absent only when `host` is this machine's own loopback address. */
  readonly token?: string | undefined;
  /** What the admin needs, and may do: `POST /api/reload`. Without it nothing can be changed over the network. */
  readonly admin?: Admin | undefined;
  /** Paths of a certificate and its key in PEM, for https; both or none. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

/** A server of the live page. */
export interface LiveServer {
  /** Address of the page. */
  readonly url: string;
  /** Ends the server and all its connections. */
  close(): Promise<void>;
}

/**
 * Serves the live page, the pictures, the status as JSON (`/api/status`, `/api/history`, and `/api/live` as server-sent events), `/healthz`
 * and `/metrics`. Every path but `/healthz` and `/readyz` needs the token, where there is one: as the password of Basic authentication with any
 * user name, or as a Bearer token. `POST /api/reload` needs that of the admin, as a Bearer token.
 *
 * @throws UsageError when other machines could connect and there is no token
 * @throws TwintrackError when the port cannot be taken
 *
 * @example
 * const cameras = [{ name: 'entrance', url: 'rtsp://user:password@192.168.1.20/stream1' }];
 * const live = await startLive({ cameras, out: 'live' });
 * const server = await startServer(live, { host: '127.0.0.1', port: 8080 });
 * console.log(server.url);
 * process.once('SIGINT', async () => {
 *   await server.close();
 *   await live.close();
 * });
 */
export async function startServer(live: Live, options: ServerOptions): Promise<LiveServer> {
  const server = await openServer(options);
  server.show(live);
  return server;
}

/** As `startServer`, but takes the port before there are cameras to `show`. Until then every request is answered with 503. */
export async function openServer({
  host,
  port,
  token,
  admin,
  tls,
}: ServerOptions): Promise<LiveServer & { show(live: Live): void }> {
  if (!isLoopback(host) && !token) {
    throw new UsageError(
      `--host ${host}: others could watch; add --token with a secret, or set TWINTRACK_TOKEN (for example to the output of "openssl rand -hex 16")`,
    );
  }
  requireLength('--token', token);
  requireLength('--admin-token', admin?.token);
  if (admin && admin.token === token) throw new UsageError('--admin-token: is that of the viewers; choose another one');
  const { createAdaptorServer } = await import('@hono/node-server');
  const { createApp } = await import('./app.ts');
  let live: Live | undefined;
  const { fetch } = createApp(() => live, token, admin);
  const secure = tls && { createServer: createSecureServer, serverOptions: await readCertificate(tls) };
  const server = createAdaptorServer({ fetch, hostname: 'localhost', ...secure }) as Server;
  const listening = await listen(server, host, port, tls ? 'https' : 'http');
  return {
    ...listening,
    show(cameras) {
      live = cameras;
    },
  };
}

/** @throws UsageError when a token can be guessed */
export function requireLength(option: string, token: string | undefined): void {
  if (token && token.length < TOKEN_LENGTH)
    throw new UsageError(`${option}: has ${token.length} characters; ${TOKEN_LENGTH} or more cannot be guessed`);
}

/** @throws TwintrackError when a file cannot be read, or the two do not fit */
async function readCertificate({ cert, key }: NonNullable<ServerOptions['tls']>): Promise<SecureContextOptions> {
  const read = (path: string) =>
    readFile(path).catch((error) => {
      throw readError(path, error);
    });
  const pair = { cert: await read(cert), key: await read(key) };
  try {
    createSecureContext(pair);
  } catch (cause) {
    const reason = `is no certificate in PEM, or ${printable(key)} is not its key (${messageOf(cause)})`;
    throw inputError(cert, reason, 'name the two files that belong together', cause);
  }
  return pair;
}
