import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { OutputFile } from '../../files/output-file.ts';
import { addToLake } from '../../lake/index.ts';
import type { Store } from '../../store/store.ts';

/** What was put of a camera. */
interface Account {
  /** When it was taken, in ISO 8601. */
  readonly from: string;
  /** Size and time of each file, by path. */
  readonly put: Map<string, string>;
  /** Settled when nothing of it is being put. */
  putting: Promise<unknown>;
}

/**
 * Puts what is written of cameras into the store, under `live/<camera>/<epoch>/`. The epoch is another one each time that a worker gets a camera,
 * so that no two ever write the same file.
 */
export class Uploads {
  readonly #store: Store;
  readonly #folder: string;
  readonly #worker: string;
  readonly #accounts = new Map<string, Account>();

  /** @param folder in which each camera has a folder */
  constructor(store: Store, folder: string, worker: string) {
    this.#store = store;
    this.#folder = folder;
    this.#worker = worker;
  }

  /**
   * Puts what is new of a camera, and who has it.
   *
   * @param isOurs asked before each file: nothing is put of a camera whose lease has run out
   * @throws TwintrackError when the store cannot be written to
   */
  put(name: string, epoch: number, isOurs: () => boolean): Promise<void> {
    const from = new Date().toISOString();
    const account = this.#accounts.get(name) ?? { from, put: new Map(), putting: Promise.resolve() };
    this.#accounts.set(name, account);
    const putting = account.putting.then(() => this.#put(name, epoch, isOurs, account));
    account.putting = putting.catch(() => {});
    return putting;
  }

  /** The camera goes to another worker. */
  async forget(name: string): Promise<void> {
    await this.#accounts.get(name)?.putting;
    this.#accounts.delete(name);
  }

  async #put(name: string, epoch: number, isOurs: () => boolean, { from, put }: Account): Promise<void> {
    const folder = join(this.#folder, name);
    for (const path of await filesIn(folder)) {
      const { size, mtimeMs } = await stat(path);
      const state = `${size} ${mtimeMs}`;
      const key = relative(folder, path).split(sep).join('/');
      if (put.get(key) === state) continue;
      if (!isOurs()) return;
      await this.#store.put(`live/${name}/${epoch}/${key}`, path);
      // each worker that gets the camera counts its people from 1
      if (path.endsWith('.trajectories.json') && isOurs())
        await addToLake(path, this.#store, { camera: name, series: `${epoch}` });
      put.set(key, state);
    }
    const account = join(this.#folder, `.${name}.lease.json`);
    const told = { worker: this.#worker, epoch, from, until: new Date().toISOString() };
    await OutputFile.put(account, `${JSON.stringify(told)}\n`);
    if (isOurs()) await this.#store.put(`live/${name}/${epoch}/lease.json`, account);
  }
}

/** Files that are complete, or grow by lines: what is written under a hidden name is neither. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ parentPath, name }) => join(parentPath, name));
}
