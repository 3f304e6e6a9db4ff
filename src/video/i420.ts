/** Where the planes of an I420 picture lie in its bytes: Y (width × height), then U and V, each half as wide and high, rounded up. */
export interface I420Layout {
  /** Size of the planes U and V in samples. */
  readonly chromaWidth: number;
  readonly chromaHeight: number;
  /** Where the planes U and V start. */
  readonly u: number;
  readonly v: number;
  /** Bytes in all. */
  readonly bytes: number;
}

/** The layout of an I420 picture of this size in pixels, which may be odd. */
export function i420Layout(width: number, height: number): I420Layout {
  const [chromaWidth, chromaHeight] = [(width + 1) >> 1, (height + 1) >> 1];
  const u = width * height;
  const v = u + chromaWidth * chromaHeight;
  return { chromaWidth, chromaHeight, u, v, bytes: v + chromaWidth * chromaHeight };
}
