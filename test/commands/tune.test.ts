import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAssociation } from '../../src/association/model.ts';
import { loadParameters } from '../../src/engine/configuration.ts';
import { combine, evaluateSequence, figures } from '../../src/evaluation/index.ts';
import { follow } from '../../src/learning/follow.ts';
import { loadMotRoot } from '../../src/learning/mot-root.ts';
import type { TrackingParameters } from '../../src/tracking/index.ts';
import { SMALL_MODEL_FILE } from '../association/small-model.ts';
import { simulatedRoot } from '../learning/simulated-root.ts';
import { slowness } from '../machine.ts';

const CLI = join(import.meta.dirname, '../../dist/cli.js');

function tune(...args: string[]) {
  return spawnSync(process.execPath, [CLI, 'tune', ...args], { encoding: 'utf8' });
}

describe('twintrack tune', () => {
  let root: string;
  let out: string;
  beforeAll(() => {
    root = simulatedRoot({ sequences: 3, frames: 80 });
    out = mkdtempSync(join(tmpdir(), 'twintrack-'));
  });
  afterAll(() => {
    for (const folder of [root, out]) rmSync(folder, { recursive: true });
  });

  const hota = async (parameters: Partial<TrackingParameters>): Promise<number> => {
    const sequences = await loadMotRoot(root);
    const score = await loadAssociation(); // as "track" has it
    return figures(combine(sequences.map((s) => evaluateSequence(s.truth, follow(s.frames, parameters, score))))).HOTA!;
  };

  it('writes a config file that gives the HOTA it reports, above the defaults, and says what to expect elsewhere', async () => {
    const file = join(out, 'twintrack.yaml');
    const { status, stdout, stderr } = tune(root, '--trials', '60', '--out', file, '--json');
    expect([status, stderr]).toEqual([0, `${file}\n`]);
    const { before, after, heldOut, changed, trials } = JSON.parse(stdout);
    expect(trials).toBeLessThanOrEqual(60);
    const { tracking } = await loadParameters(file);
    expect(tracking).toMatchObject(changed);
    expect(Object.keys(changed).length).toBeGreaterThan(0);
    expect(before).toBeCloseTo(await hota({}), 9);
    expect(after).toBeCloseTo(await hota(tracking), 9);
    expect(after).toBeGreaterThan(before);
    expect(heldOut).toBeGreaterThan(0);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(
      `# HOTA on 3 sequences, 240 frames: ${before.toFixed(2)} with the defaults, ${after.toFixed(2)}`,
    );
    expect(text).not.toContain('association:'); // it is the default
    expect(text).toContain(`# Held out, each half of the sequences tuned on the other half: ${heldOut.toFixed(2)}`);
    for (const name of Object.keys(changed)) expect(text).toMatch(new RegExp(`^ {2}${name}: \\S+ # default `, 'm'));
  });

  it('is the same for the same seed', () => {
    const [a, b] = ['a.yaml', 'b.yaml'].map((name) => {
      tune(root, '--trials', '20', '--seed', '4', '--out', join(out, name));
      return readFileSync(join(out, name), 'utf8');
    });
    expect(a).toBe(b);
  });

  it('of one sequence says that the gain is not measured elsewhere; keeps the score asked for', async () => {
    const file = join(out, 'one.yaml');
    const model = join(out, 'association.json');
    writeFileSync(model, SMALL_MODEL_FILE);
    const { stdout } = tune(join(root, 'street-1'), '--trials', '5', '--association', model, '--out', file);
    expect(stdout).toContain('Not measured on sequences that were not tuned on');
    expect(readFileSync(file, 'utf8')).not.toContain('Held out');
    expect(await loadParameters(file)).toMatchObject({ association: { model } });
  });

  it('--seconds ends it in time', () => {
    const from = performance.now();
    const { status } = tune(root, '--trials', '1000000', '--seconds', '2', '--out', join(out, 'quick.yaml'));
    expect(status).toBe(0);
    expect(performance.now() - from).toBeLessThan(15_000 * slowness());
  });

  it('keeps the best so far when interrupted, and exits with 130', async () => {
    const file = join(out, 'interrupted.yaml');
    const child = spawn(process.execPath, [CLI, 'tune', root, '--trials', '1000000', '--out', file, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text) => {
      stdout += text;
    });
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    // The temporary file is there once the sequences are loaded; then let it try a few settings.
    while (!readdirSync(out).some((name) => name.endsWith('.tmp'))) await new Promise((done) => setTimeout(done, 50));
    await new Promise((done) => setTimeout(done, 1500));
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect([code, stderr]).toEqual([
      130,
      `twintrack: interrupted; closing the outputs (again to quit at once)\nthe best so far: ${file}\n`,
    ]);
    const { after, before, heldOut } = JSON.parse(stdout);
    expect(after).toBeGreaterThanOrEqual(before);
    expect(heldOut).toBeUndefined();
    expect(await hota((await loadParameters(file)).tracking)).toBeCloseTo(after, 9);
    expect(readdirSync(out).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('reports errors in one line and leaves nothing behind', () => {
    const nowhere = join(out, 'no', 'folder.yaml');
    const unwritable = tune(root, '--out', nowhere);
    expect([unwritable.status, unwritable.stderr]).toEqual([
      1,
      `twintrack: ${nowhere}: cannot be written: its folder does not exist; create the folder\n`,
    ]);
    const learned = tune(root, '--association', 'learned', '--out', join(out, 'x.yaml'));
    expect([learned.status, learned.stderr]).toEqual([
      1,
      'twintrack: learned: cannot be read as an association model; give hand-set or a model file of "train association"\n',
    ]);
    const missing = tune(root, '--det', 'mine.txt', '--out', join(out, 'x.yaml'));
    expect(missing.status).toBe(1);
    expect(missing.stderr).toMatch(/^twintrack: [^\n]*no detections of street-1, looked for mine\.txt[^\n]*\n$/);
    expect(existsSync(join(out, 'x.yaml'))).toBe(false);
    for (const args of [
      [root],
      ['--out', 'x'],
      [root, '--out', 'x', '--trials', '1'],
      [root, '--out', 'x', '--seed', 'a'],
    ])
      expect(tune(...args).status).toBe(2);
  });
});
