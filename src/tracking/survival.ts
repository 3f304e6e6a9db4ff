import type { Track } from './track.ts';

/** Upper ends of the classes of score; a detector that is sure of itself differs most close to 1. */
const SCORES = [0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995, Number.POSITIVE_INFINITY];
/** Tracks are told apart by their detections up to so many. */
const STAGES = 3;
/** From this score on a detector is sure; so many of its tracks last where nothing else is known. */
const SURE = 0.8;
const TRUST = 0.8;
/** The score itself counts as much as so many tracks. */
const PRIOR = 10;
/** Number of tracks of a class after which older ones count half. */
const MEMORY = 500;

/**
 * How often a track that begins with such scores lasts, as this video shows it: a detector's false alarms mostly end after a detection or
 * two. A person who is sure to last is shown at first sight.
 */
export class Survival {
  private readonly begun = new Float64Array(STAGES * SCORES.length);
  private readonly lasted = new Float64Array(STAGES * SCORES.length);
  /** Of each track that may still end early, its class at each stage. */
  private readonly open = new Map<Track, number[]>();

  /**
   * Takes in what is known of a young track after one more detection.
   *
   * @returns the share, 0..1, of the earlier tracks with as many detections and such a score that were established; as long as there are
   *   few of them, the score itself
   */
  observe(track: Track): number {
    const stage = Math.min(track.hits, STAGES) - 1;
    const which = stage * SCORES.length + SCORES.findIndex((end) => track.score < end);
    const classes = this.open.get(track);
    if (!classes) this.open.set(track, [which]);
    else classes[stage] ??= which;
    return (PRIOR * track.score + this.lasted[which]) / (PRIOR + this.begun[which]);
  }

  /** Which part of the tracks that began with a high score was established, 0..1; what is to be expected as long as there are few of them. */
  get trust(): number {
    let begun = PRIOR;
    let lasted = PRIOR * TRUST;
    for (let which = SCORES.indexOf(SURE) + 1; which < SCORES.length; which++) {
      begun += this.begun[which];
      lasted += this.lasted[which];
    }
    return lasted / begun;
  }

  /** Takes in that a young track was established, or ended before. */
  close(track: Track, established: boolean): void {
    for (const which of this.open.get(track) ?? []) {
      this.begun[which]++;
      if (established) this.lasted[which]++;
      if (this.begun[which] < MEMORY) continue;
      this.begun[which] /= 2;
      this.lasted[which] /= 2;
    }
    this.open.delete(track);
  }

  /** Forgets all. */
  reset(): void {
    this.begun.fill(0);
    this.lasted.fill(0);
    this.open.clear();
  }
}
