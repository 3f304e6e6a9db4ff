import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { inputError } from '../../core/errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EACCES: 'you may not listen on this port',
  EADDRNOTAVAIL: 'this machine has no such address',
};

/**
 * Serves an application.
 *
 * @param port 0 takes a free one
 * @param certificate for https
 * @returns the address of its page, and what ends the server and all its connections
 * @throws TwintrackError when the port cannot be taken
 */
export async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  host: string,
  port: number,
  certificate?: SecureContextOptions,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { createAdaptorServer } = await import('@hono/node-server');
  const secure = certificate && { createServer: createSecureServer, serverOptions: certificate };
  const server = createAdaptorServer({ fetch, hostname: 'localhost', ...secure }) as Server;
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw inputError(`${host}:${port}`, REASONS[code] ?? message, 'choose another --port or --host', cause);
  }
  const { address, port: taken, family } = server.address() as AddressInfo;
  return {
    url: `${certificate ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${taken}/`,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
