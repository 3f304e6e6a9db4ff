/**
 * What is remembered from frame to frame before anyone is tracked is forgotten at each multiple of so many seconds of video time, so that a
 * part of a video gives what the whole gives there.
 */
export const WINDOW_SECONDS = 60;

/** Number of the window that a time in seconds lies in. */
export function windowOf(time: number): number {
  return Math.floor(time / WINDOW_SECONDS + 1e-9);
}
