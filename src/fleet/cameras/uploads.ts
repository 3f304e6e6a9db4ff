import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { OutputFile } from '../../files/output-file.ts';
import { addToLake } from '../../lake/index.ts';
import type { Store } from '../../store/store.ts';
import { type Lease, machineTime } from './camera-job.ts';

/**
 * Puts what is written of cameras into the store, under `live/<camera>/<epoch>/`. The epoch is another one each time that a worker gets a camera,
 * so that no two ever write the same file; and nothing is put when the lease has run out.
 */
export class Uploads {
  readonly #store: Store;
  readonly #folder: string;
  readonly #worker: string;
  /** Size and time of what was put, by camera and path. */
  readonly #put = new Map<string, Map<string, string>>();
  readonly #since = new Map<string, string>();

  /** @param folder in which each camera has a folder */
  constructor(store: Store, folder: string, worker: string) {
    this.#store = store;
    this.#folder = folder;
    this.#worker = worker;
  }

  /** Puts what is new of a camera. @throws TwintrackError when the store cannot be written to */
  async put(name: string, lease: Lease): Promise<void> {
    const folder = join(this.#folder, name);
    const done = this.#put.get(name) ?? new Map<string, string>();
    this.#put.set(name, done);
    const from = this.#since.get(name) ?? new Date().toISOString();
    this.#since.set(name, from);
    for (const path of await filesIn(folder)) {
      const { size, mtimeMs } = await stat(path);
      const state = `${size} ${mtimeMs}`;
      const key = relative(folder, path).split(sep).join('/');
      if (done.get(key) === state) continue;
      if (!(await this.#putOne(lease, `live/${name}/${lease.epoch}/${key}`, path))) return;
      // Each worker that gets the camera counts its people from 1.
      if (path.endsWith('.trajectories.json'))
        await addToLake(path, this.#store, { camera: name, series: `${lease.epoch}` });
      done.set(key, state);
    }
    const account = join(this.#folder, `.${name}.lease.json`);
    const told = { worker: this.#worker, epoch: lease.epoch, from, until: new Date().toISOString() };
    await OutputFile.put(account, `${JSON.stringify(told)}\n`);
    await this.#putOne(lease, `live/${name}/${lease.epoch}/lease.json`, account);
  }

  /** The camera goes to another worker. */
  forget(name: string): void {
    this.#put.delete(name);
    this.#since.delete(name);
  }

  async #putOne({ until }: Lease, key: string, path: string): Promise<boolean> {
    if (until <= machineTime()) return false;
    await this.#store.put(key, path);
    return true;
  }
}

/** Files that are complete, or grow by lines: what is written under a hidden name is neither. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ parentPath, name }) => join(parentPath, name));
}
