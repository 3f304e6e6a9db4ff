/** A progress bar on standard error for counted work; nothing when that is not a terminal. */
export interface Bar {
  /**
   * @param done how much is done
   * @param total of how much
   * @param note shown behind
   */
  update(done: number, total: number, note?: string): void;
  stop(): void;
}

/** Makes a bar that appears with its first update. @param unit what is counted, plural */
export async function startBar(unit: string): Promise<Bar> {
  if (!process.stderr.isTTY) return { update: () => {}, stop: () => {} };
  const { SingleBar, Presets } = await import('cli-progress');
  const format = `{bar} {percentage}% | {value}/{total} ${unit} | {eta_formatted} left {note}`;
  const bar = new SingleBar({ format, hideCursor: true, stream: process.stderr }, Presets.shades_classic);
  let started = false;
  return {
    update(done, total, note = '') {
      if (!started) bar.start(total, done, { note });
      else bar.update(done, { note });
      started = true;
    },
    stop() {
      if (started) bar.stop();
    },
  };
}
