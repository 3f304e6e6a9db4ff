/** Beyond this, or one over it, a sample aspect ratio is a mistake: those of videos are 0.5 to 3. */
const MOST_STRETCH = 16;

/**
 * The size in which a picture is shown: its height, and its width in square pixels.
 *
 * @param size of the stored picture, in its pixels
 * @param sampleAspectRatio width of a pixel over its height
 * @returns whole square pixels, and `stretch`: how much wider the picture is shown than stored
 */
export function shownSize(
  { width, height }: { readonly width: number; readonly height: number },
  sampleAspectRatio = 1,
): { width: number; height: number; stretch: number } {
  const stretch = Math.min(MOST_STRETCH, Math.max(1 / MOST_STRETCH, sampleAspectRatio));
  return { width: Math.max(1, Math.round(width * stretch)), height, stretch };
}
