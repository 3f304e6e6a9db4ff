import { Appearance } from './appearance.ts';
import { FloorFilter } from './filter.ts';

/** A person on the floor, as the tracker keeps it. */
export class FloorPerson {
  /** 0 until confirmed. */
  id = 0;
  readonly filter = new FloorFilter();
  readonly appearance: Appearance;
  /** Log-odds that it is a person. */
  evidence = 0;
  /** Time of the first and last detection in any camera. */
  readonly born: number;
  seen: number;
  /** The track it was last in each camera, by the camera's own ids; 0 where it is none. */
  readonly tracks: Int32Array;
  /** Row of its detection in each view of the present step; −1 where it has none. */
  rows: Int32Array;

  constructor(time: number, cameras: number) {
    this.born = time;
    this.seen = time;
    this.tracks = new Int32Array(cameras);
    this.appearance = new Appearance(cameras);
    this.rows = new Int32Array(cameras).fill(-1);
  }

  get x(): number {
    return this.filter.mean[0];
  }

  get y(): number {
    return this.filter.mean[1];
  }
}
