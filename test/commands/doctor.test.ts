import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ffmpeg, temporaryFolder } from '../video/clips.ts';
import { namesIn, twintrack } from './cli.ts';

const folder = temporaryFolder();

it('finds everything in order, by using it, and leaves nothing behind', async () => {
  const { status, stdout, stderr } = await twintrack(['doctor'], { env: { ...process.env, TMPDIR: folder } });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout.trimEnd().split('\n')).toEqual([
    `ok       Node           ${process.versions.node}`,
    expect.stringContaining(`ok       ffmpeg         ${ffmpeg.version} (`),
    'ok       H.264 encoder  works',
    expect.stringMatching(/^ok {7}providers {6}cpu(, \w+)*; auto takes \w+$/),
    expect.stringMatching(/^ok {7}detector {7}rtmdet-nano works on cpu \(sha256 [0-9a-f]{12}…\)$/),
    expect.stringMatching(/^ok {7}appearance {5}siamese works on cpu \(sha256 [0-9a-f]{12}…\)$/),
  ]);
  expect(namesIn(folder)).toEqual([]);
});

it('says what is missing and how to fix it, also as JSON', async () => {
  const env = { ...process.env, FFMPEG_BIN: join(folder, 'none') };
  const { status, stdout } = await twintrack(['doctor'], { env });
  expect(status).toBe(1);
  expect(stdout.split('\n').slice(1, 4)).toEqual([
    `MISSING  ffmpeg         ${folder}/none: not found`,
    '                        fix: set FFMPEG_BIN to the path of ffmpeg 4.4 or later',
    'MISSING  H.264 encoder  not checked, since it is part of ffmpeg',
  ]);
  const asJson = await twintrack(['doctor', '--json'], { env });
  expect(asJson.status).toBe(1);
  expect(JSON.parse(asJson.stdout)[1]).toEqual({
    part: 'ffmpeg',
    ok: false,
    found: `${folder}/none: not found`,
    fix: 'set FFMPEG_BIN to the path of ffmpeg 4.4 or later',
  });
});

it('checks the provider that is asked for', async () => {
  const provider = process.platform === 'darwin' ? 'directml' : 'coreml';
  const { status, stdout } = await twintrack(['doctor', '--set', `detection.provider=${provider}`]);
  expect(status).toBe(1);
  expect(stdout).toMatch(
    new RegExp(`^MISSING {2}detector {7}detection\\.provider=${provider}: this onnxruntime has no \\w+ \\(`, 'm'),
  );
  expect(stdout).toMatch(/^ {9} {13} {2}fix: on \w+ install the package onnxruntime-node beside twintrack, or take/m);
});

it('takes no other program for ffmpeg', async () => {
  symlinkSync('/bin/true', join(folder, 'ffmpeg'));
  const { stdout } = await twintrack(['doctor'], { env: { ...process.env, FFMPEG_BIN: join(folder, 'ffmpeg') } });
  expect(stdout).toContain(`MISSING  ffmpeg         ${folder}/ffmpeg: is not ffmpeg\n`);
});
