import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { queueAddress } from '../../src/fleet/address.ts';
import { type Connection, openConnection } from '../../src/fleet/connection.ts';
import { findJob, jobDetails } from '../../src/fleet/job-details.ts';
import type { JobView } from '../../src/fleet/overview.ts';
import { type Running, SAMPLE, start, twintrack } from '../commands/cli.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { runFfmpeg } from '../video/clips.ts';
import type { QueueServer } from './servers.ts';

/** Settings with which a part of {@link longClip} takes about a second. */
export const QUICK = ['--no-annotate', '--set', 'detection.inputPixels=40000'];

/** Every seventh frame of the sample, one each three seconds: 114 frames in six parts. */
export function longClip(): string {
  const clip = join(temporaryFolder(), 'street.mp4');
  runFfmpeg('-i', SAMPLE, '-vf', 'select=not(mod(n\\,7)),setpts=N*3/TB,fps=1/3', clip);
  return clip;
}

/** Workers, and what is handed in to them. */
export class Rig {
  readonly server: QueueServer;
  readonly store = temporaryFolder();
  readonly env: NodeJS.ProcessEnv;
  #connection: Promise<Connection> | undefined;

  constructor(server: QueueServer) {
    this.server = server;
    this.env = { ...process.env, TWINTRACK_QUEUE: server.url, TWINTRACK_STORE: this.store };
  }

  /** Starts a worker, and waits until it takes jobs. */
  async worker(...args: string[]): Promise<Running> {
    const worker = start(['worker', ...args], { env: this.env });
    await worker.said('ready for jobs');
    return worker;
  }

  run(...args: string[]) {
    return twintrack(args, { env: this.env });
  }

  /** Hands a video in. @returns the name of the job */
  async submit(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run('submit', '--json', ...args);
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout).id;
  }

  get connection(): Promise<Connection> {
    this.#connection ??= openConnection(queueAddress(this.server.url), () => {});
    return this.#connection;
  }

  async job(id: string) {
    return jobDetails(await findJob(await this.connection, id));
  }

  /** Waits until a job is as it is to be. */
  async until(id: string, met: (job: Awaited<ReturnType<Rig['job']>>) => boolean) {
    for (;;) {
      const job = await this.job(id);
      if (met(job)) return job;
      await sleep(100);
    }
  }

  finished(id: string): Promise<JobView & Awaited<ReturnType<Rig['job']>>> {
    return this.until(id, ({ state }) => state !== 'waiting' && state !== 'running');
  }

  async close(): Promise<void> {
    await (await this.#connection)?.close();
  }

  /** The results of a job, by the ending of their names: trajectories, MOT text. */
  results({ results }: Pick<JobView, 'results'>): Map<string, string> {
    return filesOf(join(this.store, results));
  }
}

/** What `track` writes of a video, as {@link Rig.results}. */
export async function trackedAlone(video: string, ...args: string[]): Promise<Map<string, string>> {
  const out = join(temporaryFolder(), 'out');
  mkdirSync(out);
  const { status, stderr } = await twintrack(['track', video, '--out', out, ...args]);
  if (status !== 0) throw new Error(stderr);
  return filesOf(out);
}

/** Contents by path; not the account of the run, which has its times. */
function filesOf(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
  const kept = paths.filter((path) => path !== 'run.json').sort();
  return new Map(kept.map((path) => [path, readFileSync(join(folder, path), 'latin1')]));
}

/** The process of a worker that does the work; waits until it is there. */
export async function taskProcess({ pid }: Running): Promise<number> {
  for (;;) {
    const { stdout } = spawnSync('pgrep', ['-P', String(pid), '-f', 'task-process'], { encoding: 'utf8' });
    if (stdout) return Number(stdout.split('\n')[0]);
    await sleep(20);
  }
}

/** Ends the process of a worker that does the work, if it is there. */
export function killTask({ pid }: Running): void {
  spawnSync('pkill', ['-KILL', '-P', String(pid), '-f', 'task-process']);
}
