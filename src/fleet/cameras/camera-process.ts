import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, redact } from '../../core/errors.ts';
import { letHeapGrow } from '../../core/heap-growth.ts';
import type { CameraSource } from '../../live/camera/source.ts';
import { type Live, startLive } from '../../live/live.ts';
import { openLog } from '../../live/monitoring/log.ts';
import { parseKeep } from '../../live/outputs/retention.ts';
import { cameraParametersSchema } from '../../live/parameters.ts';
import { openStore } from '../../store/store.ts';
import { endAll } from '../end-all.ts';
import type { CameraProgress } from '../job-data.ts';
import { Outage } from '../outage.ts';
import { type Lease, machineTime } from './camera-job.ts';
import { withSecrets } from './secrets.ts';
import { Uploads } from './uploads.ts';

/*
 * The process that follows the cameras of a worker. It is told every second which ones these are and until when, and stops what it is not told of.
 */

/** What it is told: first where to work, then what it has. */
export type CameraOrder =
  | { readonly store: string; readonly folder: string; readonly worker: string }
  | { readonly leases: readonly Lease[] };

/** What it says. */
export type CameraReport =
  | { readonly dropped: string; readonly epoch: number }
  | { readonly status: Readonly<Record<string, CameraProgress>> };

/** The status is sent, expired leases are dropped, and files go to the store, so often, in milliseconds. */
const STATUS_INTERVAL = 2000;
const EXPIRY_INTERVAL = 500;
const UPLOAD_INTERVAL = 10_000;
/** What is in the store need not be here. */
const KEPT_HERE = parseKeep('1d');

letHeapGrow();
// These come to all processes of a terminal or service; the worker says when this one is to end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('disconnect', endAll);

const log = await openLog();
const storeOutage = new Outage(log, 'the store');
const held = new Map<string, Lease>();
/** Of which epoch the files of each camera here are. */
const here = new Map<string, number>();
let place: { readonly live: Live; readonly uploads: Uploads; readonly folder: string } | undefined;
let parameters = cameraParametersSchema.parse({});
let changing: Promise<unknown> = Promise.resolve();
/** What it was told last. What it was told before has no meaning then: it may have waited for its turn until it ran out. */
let told: readonly Lease[] = [];
/** Whether the cameras are to be made those that are held. */
let due = false;
let uploading = false;

process.on('message', (order: CameraOrder) => {
  if ('leases' in order) told = order.leases;
  next(() => ('leases' in order ? follow(told) : open(order)));
});

/** Does one thing after the other. */
function next(action: () => Promise<void>): void {
  changing = changing.then(action).catch((error) => log.error({ reason: messageOf(error) }, 'cameras'));
}

async function open({ store, folder, worker }: Extract<CameraOrder, { store: string }>): Promise<void> {
  const live = await startLive({ cameras: [], out: folder, realtime: true, keep: KEPT_HERE, log });
  place = { live, folder, uploads: new Uploads(await openStore(store), folder, worker) };
  setInterval(status, STATUS_INTERVAL);
  setInterval(() => next(dropExpired), EXPIRY_INTERVAL);
  setInterval(() => void upload(), UPLOAD_INTERVAL);
}

/** Follows the cameras of these leases, and no others. */
async function follow(leases: readonly Lease[]): Promise<void> {
  const wanted = new Map(leases.filter(isValid).map((lease) => [nameOf(lease), lease]));
  const gone = [...held.values()].filter((lease) => wanted.get(nameOf(lease))?.epoch !== lease.epoch);
  const changed = [...wanted.values()].some((lease) => held.get(nameOf(lease))?.job.revision !== lease.job.revision);
  for (const lease of gone) held.delete(nameOf(lease));
  due ||= changed || gone.length > 0;
  if (gone.length > 0) {
    await reconfigure();
    for (const lease of gone) await drop(lease);
  }
  for (const [name, lease] of wanted) {
    if (here.has(name) && here.get(name) !== lease.epoch) await forget(name);
    here.set(name, lease.epoch);
    held.set(name, lease);
  }
  if (due) await reconfigure();
  due = false;
}

/** After a freeze, before the worker has asked whose the cameras are. */
async function dropExpired(): Promise<void> {
  if (![...held.values()].every(isValid)) await follow([...held.values()]);
}

async function drop(lease: Lease): Promise<void> {
  const name = nameOf(lease);
  // one that has run out may be this worker's again, with what is there: then no other one had it meanwhile
  if (isValid(lease)) {
    await put(name, lease);
    await forget(name);
  }
  send({ dropped: name, epoch: lease.epoch });
}

/** The files of a camera are in the store, or another worker's now. */
async function forget(name: string): Promise<void> {
  await place?.uploads.forget(name);
  here.delete(name);
  await rm(join(place?.folder ?? '', name), { recursive: true, force: true });
}

async function upload(): Promise<void> {
  if (uploading) return;
  uploading = true;
  for (const [name, lease] of [...held]) await put(name, lease);
  uploading = false;
}

/** Puts what is new of a camera into the store; what cannot be put now is put later. */
async function put(name: string, lease: Lease): Promise<void> {
  const { epoch } = lease;
  const isSame = (other: Lease) => other.epoch === epoch && nameOf(other) === name;
  const isOurs = () => [lease, ...told].some((one) => isSame(one) && isValid(one));
  try {
    await place?.uploads.put(name, epoch, isOurs);
    storeOutage.over();
  } catch (error) {
    storeOutage.report(messageOf(error));
  }
}

async function reconfigure(): Promise<void> {
  const { live } = place ?? {};
  const jobs = [...held.values()].map(({ job }) => job).sort((a, b) => b.revision - a.revision);
  parameters = jobs[0]?.parameters ?? parameters;
  if (live && (jobs.length > 0 || live.cameras.length > 0))
    await live.reconfigure({ cameras: jobs.flatMap(({ source }) => known(source)), parameters });
}

/** A camera whose password is not known here is left out. */
function known(source: CameraSource): CameraSource[] {
  try {
    return [withSecrets(source)];
  } catch (error) {
    log.error({ camera: source.name, reason: messageOf(error) }, 'the camera cannot be followed here');
    return [];
  }
}

function status(): void {
  const { cameras = [], skipped = [] } = place?.live.status ?? {};
  const of = cameras.map(({ name, state, people, fps, fault }): [string, CameraProgress] => [
    name,
    { state, people, fps: Math.round(10 * fps) / 10, ...(fault && { fault: redact(fault.reason) }) },
  ]);
  const out = skipped.map(({ name, reason }): [string, CameraProgress] => [
    name,
    { state: 'skipped', people: 0, fps: 0, fault: reason },
  ]);
  send({ status: Object.fromEntries([...out, ...of]) });
}

function isValid({ until }: Lease): boolean {
  return until > machineTime();
}

function nameOf({ job }: Lease): string {
  return job.source.name;
}

function send(report: CameraReport): void {
  if (process.connected) process.send?.(report);
}
