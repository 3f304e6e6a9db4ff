import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { AppendFile } from '../../files/append-file.ts';
import { now } from '../../video/camera/clock.ts';
import { hourOf, isoTime, stamp, wallTime } from '../clock.ts';
import { freeStem } from '../outputs/folder.ts';

/** Where people are on the floor in this hour; `<start>.floor.csv` is of an earlier one. */
const CURRENT = 'floor.csv';

/** Where people are on the floor of a site: a file an hour. */
export class FloorFile {
  readonly #folder: string;
  readonly #file: AppendFile;
  #hour = hourOf(wallTime(now()));
  #frame = 0;

  /** @param failed takes why it cannot be written */
  constructor(folder: string, failed: (error: unknown) => void) {
    this.#folder = folder;
    this.#putAway();
    this.#file = new AppendFile(join(folder, CURRENT), { failed, lost: () => {} });
  }

  /**
   * Adds where people are.
   *
   * @param time by `now()`
   * @param ids n
   * @param positions n × 2, X and Y in metres
   */
  write(time: number, ids: Int32Array, positions: Float64Array): void {
    const wall = wallTime(time);
    if (hourOf(wall) !== this.#hour) {
      this.#hour = hourOf(wall);
      this.#frame = 0;
      this.#file.startAnew((path) => {
        this.#putAway();
        return path;
      });
    }
    if (this.#frame++ === 0) this.#file.append('frame,id,X,Y,time', true);
    for (let i = 0; i < ids.length; i++) {
      const [x, y] = [positions[2 * i].toFixed(3), positions[2 * i + 1].toFixed(3)];
      this.#file.append(`${this.#frame},${ids[i]},${x},${y},${isoTime(time)}`);
    }
  }

  /** Completes the file. */
  close(): Promise<void> {
    return this.#file.close();
  }

  /** Names the file by the time of its first line. */
  #putAway(): void {
    const path = join(this.#folder, CURRENT);
    if (!existsSync(path)) return;
    const [first] = /\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(readFileSync(path, 'utf8')) ?? [];
    const start = first === undefined ? Date.now() / 1000 : Date.parse(first) / 1000;
    renameSync(path, join(this.#folder, `${freeStem(this.#folder, stamp(start), '.floor')}.floor.csv`));
  }
}
