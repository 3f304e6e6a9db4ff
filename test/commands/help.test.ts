import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failure, twintrack } from './cli.ts';

const root = join(import.meta.dirname, '../..');

describe('twintrack', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(await twintrack(['--version'])).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([[['--help']], [['track', '--help']], [['doctor', '--help']]])('%j: usage and what it does', async (args) => {
    const { status, stdout, stderr } = await twintrack(args);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: twintrack /);
    expect(stdout).not.toContain('\u001b');
  });

  it('--help gives examples and the exit codes', async () => {
    expect((await twintrack(['--help'])).stdout).toMatch(
      /Examples:\n {2}twintrack track [\s\S]*Exit codes: 0 done, 1 failed/,
    );
    expect((await twintrack(['track', '--help'])).stdout).toMatch(/Examples:\n {2}twintrack track [\s\S]*tracking:\n/);
  });

  it('loads none of the heavy modules for it', () => {
    const modules = loadedBy(['--help']);
    expect(modules).toContain('/dist/commands/track.js');
    expect(modules).toContain('/node_modules/commander/');
    expect(modules).not.toMatch(/node_modules\/(onnxruntime|zod|yaml|cli-progress|ml-matrix|munkres)/);
    expect(modules).not.toMatch(/dist\/(video|detection|tracking|association|annotation)\//);
  });

  it('tracks without what only settings and a calibration need', () => {
    const out = mkdtempSync(join(tmpdir(), 'twintrack-test-'));
    const modules = loadedBy(['track', 'videos/pets09-s2l1.mp4', '--max-frames', '1', '--out', out]);
    rmSync(out, { recursive: true });
    expect(modules).toContain('/dist/annotation/');
    expect(modules).toContain('/node_modules/zod/');
    expect(modules).not.toMatch(/node_modules\/(yaml|ml-matrix)/);
  });

  it('--verbose adds the stack trace of an error, before or after the command', async () => {
    const line = failure('none.mp4: does not exist; check the path').stderr;
    for (const args of [
      ['--verbose', 'track', 'none.mp4'],
      ['track', 'none.mp4', '--verbose'],
    ]) {
      const { status, stderr } = await twintrack(args);
      expect(status).toBe(1);
      expect(stderr.startsWith(`${line}TwintrackError: none.mp4: `)).toBe(true);
      expect(stderr).toMatch(/\n {4}at .*track-video\.js:\d+/);
    }
    expect((await twintrack(['track', 'none.mp4'])).stderr).toBe(line);
  });
});

/** Addresses of the modules that a command loads, a line each. */
function loadedBy(args: readonly string[]): string {
  // every module that is loaded passes here
  const hooks = `
    import { writeSync } from 'node:fs';
    export async function load(url, context, next) { writeSync(2, url + '\\n'); return next(url, context); }`;
  const register = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));`;
  const preload = `data:text/javascript,${encodeURIComponent(register)}`;
  const { stderr, status } = spawnSync(process.execPath, ['--import', preload, 'dist/cli.js', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  return stderr;
}
