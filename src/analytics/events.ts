/** A person crossed a line. `in` is from its left to its right, seen from its first point to its second. */
export interface CrossedEvent {
  readonly type: 'crossed';
  readonly line: string;
  readonly id: number;
  /** Seconds. */
  readonly time: number;
  readonly direction: 'in' | 'out';
}

/** A person entered a zone, or was first seen in it. */
export interface EnteredEvent {
  readonly type: 'entered';
  readonly zone: string;
  readonly id: number;
  /** Seconds. */
  readonly time: number;
}

/** A person left a zone, or was last seen in it. */
export interface LeftEvent {
  readonly type: 'left';
  readonly zone: string;
  readonly id: number;
  /** Seconds. */
  readonly time: number;
  /** Seconds since they entered. */
  readonly dwell: number;
}

/** An event at a line or zone. Its time is that of the crossing, a little before the crossing is certain. */
export type AreaEvent = CrossedEvent | EnteredEvent | LeftEvent;

/** A person who is unseen for longer than so many seconds left when they were last seen. */
export const GONE_SECONDS = 10;
