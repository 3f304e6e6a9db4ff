import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Job, Worker } from 'bullmq';
import type { Log } from '../../live/monitoring/log.ts';
import type { Connection, FleetQueue } from '../connection.ts';
import type { CameraJob, CameraProgress, JobData, KindJob } from '../job-data.ts';
import { cameraQueueOf, type Lease, machineTime } from './camera-job.ts';
import type { CameraOrder, CameraReport } from './camera-process.ts';

/** Where cameras are followed. */
export interface CameraPlace {
  readonly store: string;
  /** For what is not in the store yet. */
  readonly folder: string;
  /** The name of the worker. */
  readonly worker: string;
  /** The most cameras that it follows. */
  readonly most: number;
}

interface Held {
  readonly job: Job<JobData>;
  readonly token: string;
  lease: Lease;
  /** It is given back when its files are in the store. */
  leaving?: 'back' | 'removed' | undefined;
  /** When it was told to. */
  since?: number;
}

/** A camera whose worker is gone goes to another one after these times, in milliseconds. */
const LOCK = { lockDuration: 6000, stalledInterval: 1500, maxStalledCount: 1_000_000 };
/** Cameras are taken so often, leases renewed, and what is to change read. */
const TICK = 500;
const RENEWAL = 1500;
const READING = 3000;
/** A camera that leaves goes after so long, whether its files are in the store or not. */
const LONGEST = 15_000;
/** A worker that has more than its share gives a third of what is too much back so often. */
const GIVE_BACK = 10_000;
/** Cameras that wait for so long are taken by any worker, whatever its share. */
const PATIENCE = 3000;
const PROGRESS_INTERVAL = 5000;
/** A process that ends again and again is started so often. */
const RESTART = 5000;

/** Has the cameras that this worker gets followed, in a process apart, and keeps their leases. */
export class CameraKeeper {
  readonly #queue: FleetQueue;
  readonly #worker: Worker<JobData>;
  readonly #log: Log;
  readonly #place: CameraPlace;
  readonly #held = new Map<string, Held>();
  #child: ChildProcess | undefined;
  #next = 0;
  #given = 0;
  #waitingSince: number | undefined;
  #told = 0;
  #started = Number.NEGATIVE_INFINITY;
  #renewed = 0;
  #wasRead = 0;
  #stopped = false;
  #ticking: Promise<void> = Promise.resolve();

  constructor(connection: Connection, kind: KindJob, log: Log, place: CameraPlace) {
    this.#queue = connection.queue(cameraQueueOf(kind));
    this.#log = log;
    this.#place = place;
    // jobs are fetched by hand: how many there are to be changes with the number of workers
    const options = { ...LOCK, name: place.worker, autorun: false };
    this.#worker = connection.worker(cameraQueueOf(kind), async () => {}, options);
  }

  /** The cameras that it has, and how they are doing. */
  status: Readonly<Record<string, CameraProgress>> = {};

  async start(): Promise<void> {
    await this.#worker.waitUntilReady();
    await this.#worker.startStalledCheckTimer();
    const tick = async () => {
      if (this.#stopped) return;
      this.#ticking = this.#tick().catch(() => {}); // the queue is gone: leases run out
      await this.#ticking;
      setTimeout(tick, TICK);
    };
    void tick();
  }

  /** Gives all cameras back, when their files are in the store. @param patience milliseconds for that */
  async stop(patience: number): Promise<void> {
    this.#stopped = true;
    await this.#ticking;
    const end = machineTime() + patience;
    for (const held of this.#held.values()) leave(held, 'back');
    while (this.#held.size > 0 && machineTime() < end) {
      await this.#renew().catch(() => {});
      this.#tell();
      await new Promise((resolve) => setTimeout(resolve, TICK / 2));
    }
    this.#endChild();
  }

  async #tick(): Promise<void> {
    await this.#renew();
    await this.#read();
    await this.#balance();
    this.#tell();
    for (const [name, { since, lease }] of this.#held)
      if (since !== undefined && machineTime() - since > LONGEST) await this.#dropped(name, lease.epoch);
    await this.#report();
  }

  /** Renews the leases, all of them at once. */
  async #renew(): Promise<void> {
    const now = machineTime();
    const all = [...this.#held.values()];
    if (all.length === 0 || now - this.#renewed < RENEWAL) return;
    const ids = all.map(({ job }) => job.id ?? '');
    const tokens = all.map(({ token }) => token);
    const lost = new Set(await this.#worker.extendJobLocks(ids, tokens, LOCK.lockDuration));
    this.#renewed = now;
    for (const held of all) {
      if (lost.has(held.job.id ?? '')) this.#lose(held);
      else held.lease = { ...held.lease, until: now + LOCK.lockDuration };
    }
  }

  #lose({ lease: { job, epoch } }: Held): void {
    const { name } = job.source;
    this.#log.warn({ camera: name, epoch }, 'the camera is with another worker by now');
    this.#held.delete(name);
  }

  /** Finds out which cameras are to be followed in another way, or no more. */
  async #read(): Promise<void> {
    const now = machineTime();
    if (now - this.#wasRead < READING) return;
    this.#wasRead = now;
    const read = async (held: Held) => {
      const job = (await this.#queue.getJob(held.job.id ?? ''))?.data as CameraJob | undefined;
      if (job) held.lease = { ...held.lease, job };
      if (job?.removed) leave(held, 'removed');
    };
    await Promise.all([...this.#held.values()].map(read));
  }

  async #balance(): Promise<void> {
    const { active = 0, waiting = 0 } = await this.#queue.getJobCounts('active', 'waiting');
    const workers = Math.max(1, await this.#queue.getWorkersCount());
    const share = Math.ceil((active + waiting) / workers);
    const now = machineTime();
    this.#waitingSince = waiting > 0 ? (this.#waitingSince ?? now) : undefined;
    const late = this.#waitingSince !== undefined && now - this.#waitingSince > PATIENCE;
    const most = Math.min(this.#place.most, late ? this.#held.size + 1 : share);
    for (let taken = true; taken && waiting > 0 && this.#held.size < most; ) taken = await this.#take();
    if (waiting > 0 || this.#held.size <= share || now - this.#given < GIVE_BACK) return;
    const staying = [...this.#held.values()].filter(({ leaving }) => !leaving);
    const surplus = Math.max(0, Math.ceil((staying.length - share) / 3));
    for (const held of staying.slice(staying.length - surplus)) leave(held, 'back');
    this.#given = now;
  }

  async #take(): Promise<boolean> {
    const token = `${this.#place.worker}:${this.#next++}`;
    const asked = machineTime();
    const job = await this.#worker.getNextJob(token, { block: false });
    if (!job) return false;
    const data = job.data as CameraJob;
    const lease = { job: data, epoch: job.attemptsStarted, until: asked + LOCK.lockDuration };
    this.#held.set(data.source.name, { job, token, lease });
    this.#log.info({ camera: data.source.name, epoch: lease.epoch }, 'taken');
    return true;
  }

  /** Tells the process what it has; those that leave it has no more, and says when their files are in the store. */
  #tell(): void {
    if (this.#held.size === 0 && !this.#child) return;
    if (!this.#child && machineTime() - this.#started < RESTART) return;
    this.#child ??= this.#start();
    const leases = [...this.#held.values()].filter(({ leaving }) => !leaving).map(({ lease }) => lease);
    this.#order({ leases });
  }

  #start(): ChildProcess {
    this.#started = machineTime();
    const entry = fileURLToPath(new URL(`./camera-process${extname(import.meta.url)}`, import.meta.url));
    const child = fork(entry, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true });
    child.on('message', (report: CameraReport) => {
      if ('status' in report) this.status = report.status;
      else void this.#dropped(report.dropped, report.epoch);
    });
    child.on('error', (error) => this.#log.error({ reason: error.message }, 'the process of the cameras'));
    child.once('close', (code, signal) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#log.error(
        { reason: signal ?? `exit code ${code}` },
        'the process of the cameras ended; it is started again',
      );
    });
    this.#child = child;
    const { store, folder, worker } = this.#place;
    this.#order({ store, folder, worker });
    return child;
  }

  #order(order: CameraOrder): void {
    this.#child?.send(order, () => {}); // an error is followed by its end
  }

  async #dropped(name: string, epoch: number): Promise<void> {
    const held = this.#held.get(name);
    if (held?.lease.epoch !== epoch || !held.leaving) return;
    this.#held.delete(name);
    this.#log.info({ camera: name, epoch }, held.leaving === 'back' ? 'given back' : 'removed');
    const { job, token, leaving } = held;
    const done = leaving === 'back' ? job.moveToWait(token) : job.moveToCompleted(undefined, token, false);
    await Promise.resolve(done).catch(() => {}); // its lease runs out
  }

  async #report(): Promise<void> {
    if (machineTime() - this.#told < PROGRESS_INTERVAL) return;
    this.#told = machineTime();
    for (const [name, { job }] of this.#held) {
      const progress = this.status[name];
      if (progress) await job.updateProgress({ ...progress }).catch(() => {});
    }
  }

  #endChild(): void {
    const child = this.#child;
    this.#child = undefined;
    if (child?.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {} // it has ended
  }
}

function leave(held: Held, how: NonNullable<Held['leaving']>): void {
  held.leaving ??= how;
  held.since ??= machineTime();
}
