/** One picture of a video. */
export interface Frame {
  /** 0-based number of the frame in its source. */
  readonly index: number;
  /** Presentation time in seconds since the start of the source (the real timestamp, not index / rate). */
  readonly time: number;
  /** Size in pixels as displayed (rotation applied). */
  readonly width: number;
  readonly height: number;
  /** Width of a pixel over its height, where pixels are not square. */
  readonly sampleAspectRatio?: number;
  /**
   * The picture as planar I420 at full size: Y (width × height), then U and V (⌈width/2⌉ × ⌈height/2⌉ each).
   * Absent when the consumer did not ask for it.
   */
  readonly pixels?: Uint8Array;
  /**
   * The picture letterboxed to the detector's input: planes R, G, B of `letterbox.width` × `letterbox.height` bytes.
   * Absent when the consumer did not ask for it.
   */
  readonly input?: Uint8Array;
  /** Gives the memory of `pixels` and `input` back for a later frame. Need not be called, may be again; they must not be used after it. */
  release?(): void;
}

/**
 * How a picture is fitted into a detector's input: scaled with its aspect as displayed, then padded.
 * A source point p maps to p × scale + offset (pixels, outer corners), each axis by its own scale.
 */
export interface Letterbox {
  /** Input size in pixels. */
  readonly width: number;
  readonly height: number;
  /** Size of the scaled picture inside it. */
  readonly innerWidth: number;
  readonly innerHeight: number;
  /** Left and top of the scaled picture inside the input. */
  readonly offsetX: number;
  readonly offsetY: number;
}
