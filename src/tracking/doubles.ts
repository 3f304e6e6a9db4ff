import { type Boxes, iou } from '../core/geometry.ts';
import type { Track } from './track.ts';

/** A track that begins on the box of a person, by more than this IoU, may be a second one of that person … */
const TOGETHER = 0.5;
/** … until the two are expected to overlap by less than this. */
const APART = 0.3;

/**
 * Second tracks of one person: a detector draws two boxes on someone now and then. As long as both are drawn there are two tracks, since they may as well
 * be two people, one behind the other. When one box is left, it is the person's who was there before.
 */
export class Doubles {
  /** Of each double, whose it is. */
  private readonly people = new Map<Track, Track>();

  /** Takes in that a track begins; IoU is that of its box with the one that `person` took. */
  begin(track: Track, person: Track, overlap: number): void {
    if (overlap > TOGETHER && person.established) this.people.set(track, person);
  }

  /**
   * Gives the detection of each double to the person, where that one has none.
   *
   * @param predicted boxes of the tracks, where they are expected
   */
  settle(tracks: readonly Track[], predicted: Boxes): void {
    for (const [double, person] of this.people) {
      const [i, j] = [tracks.indexOf(double), tracks.indexOf(person)];
      if (i < 0 || j < 0 || iou(predicted, i, predicted, j) < APART) this.people.delete(double);
      else if (double.detection >= 0 && person.detection < 0) {
        person.detection = double.detection;
        double.detection = -1;
      }
    }
  }

  /** Forgets all. */
  reset(): void {
    this.people.clear();
  }
}
