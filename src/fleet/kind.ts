import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { version } from '../core/version.ts';
import { SHIPPED_SIAMESE } from '../inference/model-file.ts';
import type { Connection } from './connection.ts';
import type { KindJob } from './job-data.ts';

/** The queue that holds which kinds of workers there are, so that jobs that wait for another kind can be found. */
export const KINDS = 'kinds';

/** What this installation gives the same results as: its version, and its models by their content. */
export async function thisKind(): Promise<KindJob & { readonly queue: string }> {
  const hash = createHash('sha256');
  const files = (await readdir(SHIPPED_SIAMESE)).filter((name) => /\.(onnx|json)$/.test(name)).sort();
  for (const name of files) hash.update(`${name}\n`).update(await readFile(join(SHIPPED_SIAMESE, name)));
  const models = hash.digest('hex').slice(0, 8);
  return { version, models, queue: queueOf({ version, models }) };
}

/** The queue of a kind of worker. */
export function queueOf({ version, models }: KindJob): string {
  return `${version}-${models}`;
}

/** Leaves word that there is this kind. */
export async function announce(connection: Connection, kind: KindJob): Promise<void> {
  const { version, models } = kind;
  await connection.queue(KINDS).add('kind', { version, models }, { jobId: queueOf(kind) });
}

/** All kinds of which there were workers or jobs. */
export async function allKinds(connection: Connection): Promise<KindJob[]> {
  const jobs = await connection.queue(KINDS).getJobs(['waiting']);
  return jobs.map(({ data }) => data as KindJob);
}
