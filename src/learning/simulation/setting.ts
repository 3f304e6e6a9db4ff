/** What goes on in front of the camera. */
export interface Setting {
  /** People in the picture, on average. */
  readonly people: number;
  readonly dance: boolean;
  /** Share of the width of the picture in which they are, at first. */
  readonly spread: number;
  /** Radians from y to x of the street; undefined where people walk in all directions. */
  readonly street: number | undefined;
  /** Share of the parties that stand, at first. */
  readonly standing: number;
  /** Of the parties, how many are of two people or more. */
  readonly company: number;
  /** How often a party stops or turns, per second. */
  readonly whims: number;
  /** 0: as many people near as far; 1: as many on each square metre. */
  readonly crowding: number;
  /** Number of doors at which people come and go within the picture. */
  readonly doors: number;
  /** Number of things that hide people. */
  readonly occluders: number;
}

/** Something that stands on the ground and hides what is behind it. */
export interface Occluder {
  x: number;
  y: number;
  /** Metres: size, and how far above the ground it begins. */
  readonly width: number;
  readonly bottom: number;
  readonly height: number;
}
