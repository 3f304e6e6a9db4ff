import { printable, UsageError } from '../core/errors.ts';

interface CheckOptions {
  readonly check?: string | true;
  readonly config?: string;
  readonly set: readonly string[];
  readonly realtime?: boolean;
}

/** Tries every camera once and prints a table on standard output; returns the exit code: 1 when one of them cannot be used. */
export async function checkCameras(urls: readonly string[], options: CheckOptions): Promise<number> {
  const { check, set, realtime = false } = options;
  const isConfig = typeof check === 'string' && /\.(ya?ml|json)$/i.test(check);
  if (isConfig && options.config !== undefined)
    throw new UsageError('--check: the config file is named twice; leave --config out');
  const all = typeof check === 'string' && !isConfig ? [check, ...urls] : urls;
  const { loadConfiguration } = await import('../live/configuration.ts');
  const { tryCameras } = await import('../live/check.ts');
  const configuration = await loadConfiguration(all, isConfig ? check : options.config, set);
  const checks = await tryCameras(configuration, { realtime });
  if (checks.length === 0) throw new UsageError('--check: no camera; name an address, or a config file with cameras');
  const rows = checks.map(({ name, address = '', video, fault }) => [
    video ? 'ok' : 'FAILED',
    printable(name),
    address,
    video
      ? `${video.width}×${video.height}, ${Number(video.frameRate.toFixed(2))} frames/s, ${video.codec}`
      : (fault?.reason ?? ''),
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    const cells = row.map((cell, column) => (column < 3 ? cell.padEnd(widths[column]) : cell));
    process.stdout.write(`${cells.join('  ')}\n`);
  }
  return checks.every(({ video }) => video) ? 0 : 1;
}
