import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { listen } from '../live/monitoring/listen.ts';
import type { Subject } from './subject.ts';

/** A server of the page. */
export interface ZonesServer {
  /** Address of the page, with the secret that it needs behind the #. */
  readonly url: string;
  /** Ends the server and all its connections. */
  close(): Promise<void>;
}

/**
 * Serves the page on which zones and lines are drawn, to this machine only.
 *
 * @param port 0 takes a free one
 * @throws TwintrackError when the port cannot be taken
 */
export async function serveZones(subject: Subject, port: number): Promise<ZonesServer> {
  const { createAdaptorServer } = await import('@hono/node-server');
  const { createApp } = await import('./app.ts');
  const token = randomBytes(16).toString('hex');
  const { fetch } = createApp(subject, token);
  const server = createAdaptorServer({ fetch, hostname: 'localhost' }) as Server;
  const { url, close } = await listen(server, '127.0.0.1', port);
  return { url: `${url}#${token}`, close };
}
