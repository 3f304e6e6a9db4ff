import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../video/clips.ts';

const root = join(import.meta.dirname, '../..');
const folder = temporaryFolder();

/** Runs a script in a process of its own with a home and a temporary folder of its own. */
function run(script: string, variable?: string): { printed: string[]; written: string[] } {
  const home = join(folder, `home-${variable}`);
  if (!existsSync(home)) mkdirSync(home);
  const file = join(folder, 'script.mjs');
  writeFileSync(file, script);
  const { ORT_DISABLE_TELEMETRY: _, ...env } = process.env;
  const printed = execFileSync(process.execPath, [file], {
    encoding: 'utf8',
    env: {
      ...env,
      ...(variable !== undefined && { ORT_DISABLE_TELEMETRY: variable }),
      TMPDIR: home,
      HOME: home,
      XDG_CACHE_HOME: home,
    },
  });
  return { printed: printed.trim().split('\n'), written: readdirSync(home) };
}

const SCRIPT = `
import { loadSiamese } from '${join(root, 'dist/appearance/index.js')}';
const models = await Promise.all([loadSiamese(), loadSiamese()]);
console.log(process.env.ORT_DISABLE_TELEMETRY);
await Promise.all(models.map((model) => model.close()));
await (await loadSiamese()).close();
console.log(process.env.ORT_DISABLE_TELEMETRY);
`;

describe('telemetry of onnxruntime', () => {
  it('is off, and the environment of the host program is as it was', () => {
    expect(run(SCRIPT)).toEqual({ printed: ['undefined', 'undefined'], written: [] });
  });

  it('keeps the choice of the host program', () => {
    expect(run(SCRIPT, '1').printed).toEqual(['1', '1']);
  });
});
