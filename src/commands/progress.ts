/** What a progress bar shows. */
export interface Progress {
  /** Frames done. */
  readonly frames: number;
  /** Frames in all, when known. */
  readonly total: number | undefined;
  /** People in the last frame. */
  readonly people: number;
}

/**
 * A progress bar on standard error with frames, frames/s, people and time left; nothing when it is not a terminal.
 */
export async function startProgress(): Promise<{ update: (progress: Progress) => void; stop: () => void }> {
  if (!process.stderr.isTTY) return { update: () => {}, stop: () => {} };
  const { SingleBar, Presets } = await import('cli-progress');
  const started = performance.now();
  let bar: InstanceType<typeof SingleBar> | undefined;
  return {
    update({ frames, total, people }) {
      const fps = (frames / Math.max(1e-3, (performance.now() - started) / 1000)).toFixed(1);
      if (!bar) {
        const format = total
          ? '{bar} {percentage}% | {value}/{total} frames | {fps} frames/s | {people} people | {eta_formatted} left'
          : '{value} frames | {fps} frames/s | {people} people';
        bar = new SingleBar(
          { format, hideCursor: true, etaBuffer: 200, stream: process.stderr },
          Presets.shades_classic,
        );
        bar.start(total ?? 0, frames, { fps, people });
      } else bar.update(frames, { fps, people });
    },
    stop: () => bar?.stop(),
  };
}
