import type { Gallery } from '../appearance/gallery.ts';
import type { Detections } from '../core/detections.ts';

/**
 * tentative: seen too little to be sure; confirmed: surely a person, and seen in this frame; lost: not seen now, its box is predicted; dormant: not predicted
 * any more, but it may be re-identified by its appearance; ended: given up.
 */
export type TrackState = 'tentative' | 'confirmed' | 'lost' | 'dormant' | 'ended';

/** One person as the tracker sees it. The object is updated in place from frame to frame: copy what you keep. */
export class Track {
  /** Positive and never reused; 0 while tentative. */
  id = 0;
  state: TrackState = 'tentative';
  /** Whether the person has been seen for long enough to be waited for and re-identified. One who is likely to stay is confirmed before. */
  established = false;
  /** Filtered (x, y, w, h) in source pixels. */
  readonly box = new Float64Array(4);
  /** Speed of the centre (x, y) in pixels per second. */
  readonly velocity = new Float64Array(2);
  /** Index of the detection taken in this frame, −1 where the box is predicted. */
  detection = -1;
  /** Last observed (x, y, w, h). */
  readonly observed = new Float64Array(4);
  /** Number of detections taken. */
  hits = 0;
  /** Time of the first and of the last detection, seconds. */
  readonly firstTime: number;
  lastTime: number;
  /** Score of the last detection. */
  lastScore = 0;
  /** Mean score of the detections taken, recent ones weighing more. */
  score = 0;
  /** The person's appearance, when there are embeddings. */
  gallery: Gallery | undefined;
  /** Where the track keeps its state in the tracker's filter; −1 when it has none there any more. */
  slot: number;

  constructor(slot: number, time: number) {
    this.slot = slot;
    this.firstTime = time;
    this.lastTime = time;
  }

  /** Notes that detection `j` of the frame at `time` is this person. */
  observe(detections: Detections, j: number, time: number): void {
    this.observed.set(detections.boxes.subarray(4 * j, 4 * j + 4));
    this.hits++;
    this.lastTime = time;
    this.lastScore = detections.scores[j];
    this.score += (this.lastScore - this.score) / Math.min(this.hits, SCORE_MEMORY);
  }

  /** Goes on as the track in which this person was re-identified; that one ends. */
  resume(entered: Track): void {
    this.state = entered.state;
    this.slot = entered.slot;
    this.detection = entered.detection;
    this.observed.set(entered.observed);
    this.hits += entered.hits;
    this.lastTime = entered.lastTime;
    this.lastScore = entered.lastScore;
    this.score = entered.score;
    entered.state = 'ended';
    entered.established = false;
    entered.detection = -1;
    entered.slot = -1;
  }
}

/** Number of detections over which the mean score runs. */
const SCORE_MEMORY = 20;
