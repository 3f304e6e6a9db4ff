import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { queueAddress } from '../../src/fleet/address.ts';
import { askServer } from '../../src/fleet/server.ts';
import { needs } from '../needs.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A server of queues. */
export interface QueueServer {
  readonly url: string;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  /** Starts it again with what it had. */
  start(): Promise<void>;
}

export type Backend = 'Redis' | 'PostgreSQL';
export const BACKENDS: readonly Backend[] = ['Redis', 'PostgreSQL'];

const POSTGRES = findPostgres();

/**
 * Options of tests that need a server. Where it must not be missing, as in CI, `TWINTRACK_FLEET_TESTS` is set, and they fail instead of being
 * skipped.
 */
export function needsServer(backend: Backend) {
  const there = backend === 'Redis' ? findProgram('redis-server') : POSTGRES;
  return needs(
    process.env.TWINTRACK_FLEET_TESTS || there,
    backend === 'Redis' ? 'redis-server' : 'PostgreSQL (initdb)',
  );
}

const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a server in a temporary folder on a free port. */
export async function startServer(backend: Backend): Promise<QueueServer> {
  const port = await freePort();
  const folder = temporaryFolder();
  return backend === 'Redis' ? startRedis(port, folder) : startPostgres(port, folder);
}

function startRedis(port: number, folder: string): Promise<QueueServer> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--save', ''];
  return started(`redis://127.0.0.1:${port}`, () => spawn('redis-server', args, { stdio: 'ignore' }));
}

function startPostgres(port: number, folder: string): Promise<QueueServer> {
  const as = ordinaryUser();
  if (as) chownSync(folder, as.uid, as.gid);
  const data = join(folder, 'data');
  const made = ['-D', data, '-U', 'twintrack', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
  execFileSync(join(POSTGRES ?? '', 'initdb'), made, { stdio: 'ignore', ...as });
  const args = ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1'];
  const url = `postgres://twintrack@127.0.0.1:${port}/postgres`;
  return started(url, () => spawn(join(POSTGRES ?? '', 'postgres'), args, { stdio: 'ignore', ...as }));
}

async function started(url: string, spawnServer: () => ChildProcess): Promise<QueueServer> {
  let child: ChildProcess | undefined;
  const server: QueueServer = {
    url,
    async kill() {
      const ended = new Promise((resolve) => child?.once('exit', resolve));
      child?.kill('SIGKILL');
      await ended;
    },
    async start() {
      // what a killed PostgreSQL has left may have to end first: then it is started again
      for (;;) {
        const one = spawnServer();
        child = one;
        running.add(one);
        one.once('exit', () => running.delete(one));
        while (one.exitCode === null && !(await answers(url))) await sleep(50);
        if (one.exitCode === null) return;
      }
    },
  };
  await server.start();
  return server;
}

function answers(url: string): Promise<boolean> {
  return askServer(queueAddress(url)).then(
    () => true,
    () => false,
  );
}

/** PostgreSQL does not run as root. */
function ordinaryUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody'])
    try {
      const id = (what: string) => Number(execFileSync('id', [what, name], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {}
  return undefined;
}

function findProgram(name: string): string | undefined {
  return (process.env.PATH ?? '').split(delimiter).find((folder) => existsSync(join(folder, name)));
}

/** The folder of PostgreSQL's programs. */
function findPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => join(debian, version, 'bin'));
  return folders.find((folder) => existsSync(join(folder, 'initdb'))) ?? findProgram('initdb');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
