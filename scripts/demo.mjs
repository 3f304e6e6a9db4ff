/**
 * The demo of the README: makes sure that ffmpeg is there, builds, and tracks the sample video into out/.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
for (const args of [
  ['scripts/setup.mjs'],
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
  ['dist/cli.js', 'track', 'videos/pets09-s2l1.mp4', '--out', 'out', '--overwrite'],
]) {
  const { status, error } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
