import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inputError } from '../../core/errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EACCES: 'you may not listen on this port',
  EADDRNOTAVAIL: 'this machine has no such address',
};

/**
 * Makes a server listen.
 *
 * @param port 0 takes a free one
 * @returns the address of its page, and what ends it and all its connections
 * @throws TwintrackError when the port cannot be taken
 */
export async function listen(
  server: Server,
  host: string,
  port: number,
  scheme: 'http' | 'https' = 'http',
): Promise<{ readonly url: string; close(): Promise<void> }> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw inputError(`${host}:${port}`, REASONS[code] ?? message, 'choose another --port or --host', cause);
  }
  const { address, port: taken, family } = server.address() as AddressInfo;
  return {
    url: `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${taken}/`,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
