import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { findFfmpeg, installCommand } from '../../src/video/index.ts';
import { ffmpeg, temporaryFolder } from './clips.ts';

const folder = temporaryFolder();
const { FFMPEG_BIN, PATH } = process.env;
const binary = execFileSync('sh', ['-c', `command -v '${ffmpeg.path}'`], { encoding: 'utf8' }).trim();

afterEach(() => {
  process.env.PATH = PATH;
  if (FFMPEG_BIN === undefined) delete process.env.FFMPEG_BIN;
  else process.env.FFMPEG_BIN = FFMPEG_BIN;
});

/** An ffmpeg of another version: only what it says of itself, on standard error, is changed. */
function pretend(name: string, filter: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n{ '${binary}' "$@" 2>&1 >&3 | sed -E '${filter}' >&2; } 3>&1\n`, { mode: 0o755 });
  return path;
}

describe('findFfmpeg', () => {
  test('takes the path given before FFMPEG_BIN before the PATH', async () => {
    const [given, set] = [join(folder, 'given'), join(folder, 'set')];
    symlinkSync(binary, given);
    symlinkSync(binary, set);
    process.env.FFMPEG_BIN = set;
    expect((await findFfmpeg(given)).path).toBe(given);
    expect((await findFfmpeg()).path).toBe(set);
    delete process.env.FFMPEG_BIN;
    expect((await findFfmpeg()).version).toMatch(/\d/);
  });

  test('a path given or set that does not work is an error, not passed over', async () => {
    await expect(findFfmpeg('/nowhere/ffmpeg')).rejects.toThrow(
      `/nowhere/ffmpeg: not found; install it with \`${installCommand()}\` or set FFMPEG_BIN`,
    );
    process.env.FFMPEG_BIN = join(folder, 'plain');
    writeFileSync(process.env.FFMPEG_BIN, 'text');
    await expect(findFfmpeg()).rejects.toThrow(/plain: may not be executed; /);
    await expect(findFfmpeg('/bin/true')).rejects.toThrow(/true: is not ffmpeg; /);
    await expect(findFfmpeg('/bin/false')).rejects.toThrow(/false: does not run; /);
  });

  test('spells the option for untouched timestamps as the version knows it', async () => {
    const old = pretend(
      '4.4',
      's/^ffmpeg version [^ ]+/ffmpeg version 4.4/; s/^ *libavformat .*/libavformat 58. 76.100/;s/^ *libavfilter .*/libavfilter 7.110.100/',
    );
    const next = pretend(
      '8.0',
      's/^ *libavformat .*/libavformat    62.  3.100/;s/^ *libavfilter .*/libavfilter 11.  4.100/',
    );
    expect(await findFfmpeg(old)).toEqual({
      lists: false,
      path: old,
      version: '4.4',
      passthrough: ['-vsync', 'passthrough'],
      encoder: 'libx264',
    });
    expect((await findFfmpeg(next)).passthrough).toEqual(['-fps_mode', 'passthrough']);
  });

  test('refuses a version that lacks what is needed', async () => {
    const old = pretend(
      '4.2',
      's/^ffmpeg version [^ ]+/ffmpeg version 4.2.7/; s/^ *libavfilter .*/libavfilter 7. 57.100/',
    );
    await expect(findFfmpeg(old)).rejects.toThrow(/4\.2: is ffmpeg 4\.2\.7, 4\.4 or later is needed; install/);
  });
});

describe('scripts/setup.mjs', () => {
  /** Runs it with only the commands given. */
  function setup(commands: Record<string, string>, env: Record<string, string> = {}) {
    const bin = join(folder, `bin-${Math.random()}`);
    mkdirSync(bin);
    for (const name of ['id', 'sh'].filter((name) => !(name in commands))) {
      symlinkSync(execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(), join(bin, name));
    }
    for (const [name, script] of Object.entries(commands)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    const script = join(folder, 'setup.mjs'); // where no ffmpeg-static is
    copyFileSync('scripts/setup.mjs', script);
    const result = spawnSync(process.execPath, [script], { env: { PATH: bin, BIN: bin, ...env }, encoding: 'utf8' });
    return { status: result.status, stdout: result.stdout, stderr: result.stderr };
  }
  const working = `exec '${binary}' "$@"`;

  test('is silent when ffmpeg is on the PATH or in FFMPEG_BIN', () => {
    expect(setup({ ffmpeg: working })).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(setup({}, { FFMPEG_BIN: binary })).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test('without any package manager says where to get it', () => {
    const { status, stderr } = setup({});
    expect(status).toBe(1);
    expect(stderr).toMatch(/^setup: ffmpeg is missing and no package manager was found; install it from https/);
  });

  test('prints the one command where a password would be needed', () => {
    const { status, stderr } = setup({ 'apt-get': 'exit 9', id: 'echo 1000', sudo: 'exit 1' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^setup: ffmpeg is missing; run: sudo sh -c 'apt-get -q update && .*install .*ffmpeg'\n$/);
  });

  test('as root lets apt-get update first and then install', () => {
    const apt = `echo "$@" >>"$BIN/calls"; case "$*" in *install*) printf '#!/bin/sh\\nexit 0\\n' >"$BIN/ffmpeg"; /bin/chmod +x "$BIN/ffmpeg";; esac`;
    const { status, stderr } = setup({ 'apt-get': apt, id: 'echo 0' });
    expect(stderr).toMatch(/setup: installing ffmpeg: apt-get -q update && /);
    expect(status).toBe(0);
  });

  test('says so when the installation did not help', () => {
    const { status, stderr } = setup({ 'apt-get': 'exit 100', id: 'echo 0' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/could not be installed; run: apt-get/);
  });
});
