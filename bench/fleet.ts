/**
 * How many jobs and workers a queue bears, without any detection: `npx tsx bench/fleet.ts redis://127.0.0.1:6379 [--jobs 10000] [--seconds 20]`.
 * First so many jobs that do nothing, by one worker; then 100, 300 and 1,000 workers whose jobs take so many seconds each, as parts of a
 * video do. Give an empty queue: what is in it is removed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { queueAddress } from '../src/fleet/address.ts';
import { openConnection } from '../src/fleet/connection.ts';
import type { VideoJob } from '../src/fleet/job-data.ts';
import { loadPostgres, loadRedis } from '../src/fleet/packages.ts';
import { RECOVERED_PRIORITY } from '../src/fleet/submit.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: 'string', default: '10000' }, seconds: { type: 'string', default: '20' } },
});
const address = queueAddress(positionals[0]);
const jobs = Number(values.jobs);
const seconds = Number(values.seconds);
/** As those of `twintrack worker`. */
const LOCK = { lockDuration: 8000, stalledInterval: 3000, maxStalledCount: 3 };
const JOB: VideoJob = {
  input: '/videos/street.mp4',
  name: 'street',
  settings: {},
  parts: [],
  files: {},
  priority: 100,
};
/** Seconds for which the workers are watched. */
const WATCHED = 60;
const MB = 2 ** 20;

/** Seconds of processor time and bytes of memory of the server; of PostgreSQL the bytes of the tables. */
async function serverFigures(): Promise<{ cpu: number; bytes: number }> {
  if (address.kind === 'postgres') {
    const pg = await loadPostgres();
    const client = new pg.Client({ connectionString: address.url });
    await client.connect();
    const { rows } = await client.query('select pg_database_size(current_database()) as bytes');
    await client.end();
    return { cpu: Number.NaN, bytes: Number(rows[0].bytes) };
  }
  const Redis = await loadRedis();
  const client = new Redis(address.url);
  const info = await client.info();
  client.disconnect();
  const figure = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]);
  return { cpu: figure('used_cpu_sys') + figure('used_cpu_user'), bytes: figure('used_memory') };
}

async function smallJobs(): Promise<void> {
  const connection = await openConnection(address, (error) => console.error(error.message));
  const queue = connection.queue('bench-small');
  await queue.obliterate({ force: true });
  const before = await serverFigures();
  let started = performance.now();
  for (let k = 0; k < jobs; k += 500)
    await queue.addBulk(
      Array.from({ length: Math.min(500, jobs - k) }, (_, i) => ({
        name: 'track',
        data: JOB,
        opts: { jobId: `v${k + i}`, priority: RECOVERED_PRIORITY + 100 },
      })),
    );
  const added = (performance.now() - started) / 1000;
  const full = await serverFigures();
  const memory = process.memoryUsage().rss;
  started = performance.now();
  let done = 0;
  await new Promise<void>((resolve) => {
    const worker = connection.worker('bench-small', async () => ({ frames: 0 }), LOCK);
    worker.on('completed', () => ++done === jobs && resolve());
  });
  const worked = (performance.now() - started) / 1000;
  const rss = process.memoryUsage().rss;
  console.log(`${jobs} small jobs: added ${rate(jobs / added)}, done by one worker ${rate(jobs / worked)}`);
  console.log(
    `  server ${mb(before.bytes)} → ${mb(full.bytes)} with all of them waiting; worker ${mb(memory)} → ${mb(rss)}`,
  );
  await queue.obliterate({ force: true });
  await connection.close();
}

/** So many workers, each with connections of its own, whose jobs take `seconds`. */
async function manyWorkers(count: number): Promise<void> {
  const name = `bench-${count}`;
  const main = await openConnection(address, (error) => console.error(error.message));
  const queue = main.queue(name);
  await queue.obliterate({ force: true });
  const wanted = Math.ceil((count * (WATCHED + 2 * seconds)) / seconds) + count;
  for (let k = 0; k < wanted; k += 500)
    await queue.addBulk(
      Array.from({ length: Math.min(500, wanted - k) }, () => ({ name: 'find', data: JOB, opts: { priority: 100 } })),
    );
  let [faults, lost] = [0, 0];
  const connections = [];
  const times: number[] = [];
  for (let k = 0; k < count; k++) {
    const connection = await openConnection(address, () => faults++);
    const worker = connection.worker(
      name,
      async () => {
        await sleep(1000 * seconds * (0.5 + Math.random()));
        return { frames: 0 };
      },
      { ...LOCK, name: `${k}` },
    );
    worker.on('completed', () => times.push(performance.now()));
    worker.on('stalled', () => lost++);
    connections.push(connection);
  }
  await sleep(1000 * seconds); // all are at work, each at another moment
  const before = await serverFigures();
  const [start, processor] = [performance.now(), process.cpuUsage()];
  await sleep(1000 * WATCHED);
  const after = await serverFigures();
  const { user, system } = process.cpuUsage(processor);
  const done = times.filter((time) => time >= start).length;
  const cpu = (used: number) => `${((100 * used) / WATCHED).toFixed(1)} %`;
  console.log(
    `${count} workers, jobs of ${seconds} s: ${rate(done / WATCHED)} of ${(count / seconds).toFixed(1)}; server's CPU ${
      Number.isNaN(before.cpu) ? 'not known' : cpu(after.cpu - before.cpu)
    }, that of all workers together ${cpu((user + system) / 1e6)}; lost ${lost}, errors ${faults}`,
  );
  await Promise.all(connections.map((connection) => connection.close()));
  await queue.obliterate({ force: true });
  await main.close();
}

function rate(perSecond: number): string {
  return `${perSecond.toFixed(perSecond < 100 ? 1 : 0)} a second`;
}

function mb(bytes: number): string {
  return `${(bytes / MB).toFixed(0)} MB`;
}

await smallJobs();
// PostgreSQL takes a process a connection, and a hundred of them by default
for (const count of address.kind === 'redis' ? [100, 300, 1000] : [10, 30]) await manyWorkers(count);
process.exit();
