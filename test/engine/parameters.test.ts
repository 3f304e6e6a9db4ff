import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { file, parametersPage } from '../../scripts/parameters.ts';
import { TwintrackError, UsageError } from '../../src/core/errors.ts';
import { loadParameters } from '../../src/engine/configuration.ts';
import { parametersSchema, parameterTable } from '../../src/engine/parameters.ts';

const folder = mkdtempSync(join(tmpdir(), 'twintrack-'));
afterAll(() => rmSync(folder, { recursive: true }));

function config(text: string): string {
  const path = join(folder, 'twintrack.yaml');
  writeFileSync(path, text);
  return path;
}

describe('loadParameters', () => {
  it('gives the defaults without file and settings, and for an empty file', async () => {
    const defaults = parametersSchema.parse({});
    expect(await loadParameters()).toEqual(defaults);
    expect(await loadParameters(config(''))).toEqual(defaults);
    expect(await loadParameters(config('tracking:\n'))).toEqual(defaults);
  });

  it('takes the file over the defaults and the settings over the file, later ones over earlier ones', async () => {
    const path = config('tracking: { lostSeconds: 3, newScore: 0.7 }');
    const settings = ['tracking.newScore=0.8', 'tracking.newScore=0.9', 'detection.minScore=1e-1'];
    const { tracking, detection } = await loadParameters(path, settings);
    expect([tracking.lostSeconds, tracking.newScore, detection.minScore]).toEqual([3, 0.9, 0.1]);
  });

  it('reads JSON as well', async () => {
    expect((await loadParameters(config('{"tracking": {"lostSeconds": 4}}'))).tracking.lostSeconds).toBe(4);
  });

  it.each([
    ['tracking.lostSeconds', 'not of the form stage.name=value'],
    ['=3', 'not of the form'],
    ['tracking.lostSeconds=', 'tracking.lostSeconds: Invalid input: expected number, received null'],
    ['tracking.lostSeconds=soon', 'tracking.lostSeconds: Invalid input: expected number'],
    ['tracking.lostSeconds=[', 'tracking.lostSeconds: Invalid input: expected number'],
    ['tracking.lostSeconds=61', 'tracking.lostSeconds: Too big: expected number to be <=60'],
    ['tracking.lostSeconds=.nan', 'tracking.lostSeconds: Invalid input: expected number, received NaN'],
    ['tracking.cameraMotion=yes', 'tracking.cameraMotion: Invalid input: expected boolean, received string'],
    ['trakcing.lostSeconds=3', 'unknown key trakcing; known are detection, '],
    ['__proto__.lostSeconds=3', 'unknown key __proto__; known are'],
    ['tracking.__proto__=3', 'unknown key tracking.__proto__; known are'],
    ['tracking.constructor=3', 'unknown key tracking.constructor; known are'],
  ])('refuses --set %s as wrong usage', async (setting, reason) => {
    const error = await loadParameters(undefined, [setting]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message.startsWith(`--set ${setting}: ${reason}`), String(error)).toBe(true);
  });

  it('refuses a file that does not fit with its name and the key', async () => {
    const error = await loadParameters(config('tracking:\n  lostSecnds: 3')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TwintrackError);
    expect(error).not.toBeInstanceOf(UsageError);
    expect(String(error)).toContain('twintrack.yaml: unknown key tracking.lostSecnds; known are tracking.highScore');
  });
});

describe('the parameters', () => {
  it('have a default within their range, a unit where there is one, and a description', () => {
    for (const { key, description, ...info } of parameterTable()) {
      expect(info.default, key).toBeDefined();
      expect(description.length, key).toBeGreaterThan(10);
    }
    expect(parametersSchema.parse(parametersSchema.parse({}))).toEqual(parametersSchema.parse({}));
  });

  it('are in docs/parameters.md as they are (npm run docs:parameters)', () => {
    expect(readFileSync(file, 'utf8')).toBe(parametersPage());
  });
});
