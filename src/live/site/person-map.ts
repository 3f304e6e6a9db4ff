/** Seconds within which the person of a track may be revised. */
export const REVISE_SECONDS = 30;
/** A track is given another person once it has been that person's for so long. */
const SURE_SECONDS = 1;
/** A track that is not seen for so long is over. */
const OVER_SECONDS = 60;

/** The person of a track was found, or is another one than was thought. */
export interface MapChange {
  readonly camera: string;
  /** Of the camera's track. */
  readonly id: number;
  /** `null` where it is not known any more: another track of the camera is this person. */
  readonly person: number | null;
  /** Who it was thought to be. */
  readonly was?: number;
}

interface Track {
  person: number;
  /** When it was first given a person. */
  readonly since: number;
  seen: number;
  /** Who it seems to be in place of `person`, and since when. */
  other: number;
  otherSince: number;
}

/**
 * Which person each camera's track is. A track is given a person at once, and another one for {@link REVISE_SECONDS} only. Two tracks that
 * a camera sees at a time are never one person.
 */
export class PersonMap {
  readonly #cameras = new Map<string, Map<number, Track>>();

  /** The person of a track; undefined where it is none yet. */
  personOf(camera: string, id: number): number | undefined {
    return this.#cameras.get(camera)?.get(id)?.person;
  }

  /**
   * Takes who the tracks seen by a camera at a time are.
   *
   * @param ids of its tracks
   * @param people person of each; 0 where it is not known
   * @returns what changed
   */
  take(camera: string, time: number, ids: Int32Array, people: Int32Array): MapChange[] {
    const tracks = this.#cameras.get(camera) ?? new Map<number, Track>();
    this.#cameras.set(camera, tracks);
    for (const [id, { seen }] of tracks) if (time - seen > OVER_SECONDS) tracks.delete(id);
    const seen = new Map<number, number>(); // the track of each person that is seen now
    const changes: MapChange[] = [];
    for (const [i, id] of ids.entries()) {
      const track = tracks.get(id);
      if (!track) continue;
      track.seen = time;
      const other = seen.get(track.person);
      if (other === undefined) {
        seen.set(track.person, id);
        continue;
      }
      // one of them came back after the other had become this person: who is this person now goes on being it
      const gone = people[i] === track.person ? other : id;
      if (gone === other) seen.set(track.person, id);
      tracks.delete(gone);
      changes.push({ camera, id: gone, person: null, was: track.person });
    }
    for (const [i, id] of ids.entries()) {
      const person = people[i];
      const track = tracks.get(id);
      if (person === 0) continue;
      if (track?.person === person) {
        track.other = 0;
        continue;
      }
      if (track && track.other !== person) Object.assign(track, { other: person, otherSince: time });
      if (track && (time - track.since > REVISE_SECONDS || time - track.otherSince < SURE_SECONDS)) continue;
      if (seen.has(person)) continue; // another track of this camera is this person now
      if (track) {
        changes.push({ camera, id, person, was: track.person });
        seen.delete(track.person);
        Object.assign(track, { person, other: 0 });
      } else {
        tracks.set(id, { person, since: time, seen: time, other: 0, otherSince: time });
        changes.push({ camera, id, person });
      }
      seen.set(person, id);
    }
    return changes;
  }
}
