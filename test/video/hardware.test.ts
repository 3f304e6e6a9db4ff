import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ffmpeg, makeClip, readAll, temporaryFolder } from './clips.ts';

const folder = temporaryFolder();
const binary = execFileSync('sh', ['-c', `command -v '${ffmpeg.path}'`], { encoding: 'utf8' }).trim();
const clip = makeClip(join(folder, 'clip.mp4'), 'testsrc2=s=64x48:r=25:d=1', '-pix_fmt', 'yuv420p', '-bf', '2');
const letterbox = { width: 64, height: 64, innerWidth: 64, innerHeight: 48, offsetX: 0, offsetY: 8 };
const expected = await readAll(clip, { pixels: true, letterbox });

/** An ffmpeg that has a method: it decodes in software and applies a filter to the pictures. */
function withHardware(name: string, filter: string): { path: string; calls(): string[] } {
  const [path, log] = [join(folder, name), join(folder, `${name}.log`)];
  const script = `#!/bin/bash
echo "$*" >> '${log}'
[ "$*" = "\${*/-hwaccels/}" ] || exec echo vaapi
args=()
while [ $# -gt 0 ]; do
  case "$1" in
    -hwaccel | -hwaccel_output_format) shift ;;
    *) args+=("\${1/hwdownload,format=nv12/${filter}}") ;;
  esac
  shift
done
exec '${binary}' "\${args[@]}"
`;
  writeFileSync(path, script, { mode: 0o755 });
  return { path, calls: () => readFileSync(log, 'utf8').trim().split('\n') };
}

test.each(['auto', 'vaapi', 'cuda', 'nonsense'])(
  'hwaccel %s gives the same pictures, with or without the hardware',
  async (hwaccel) => {
    const { info, frames, error } = await readAll(clip, { pixels: true, letterbox, hwaccel });
    expect(error).toBeUndefined();
    expect(info.decoder).toMatch(
      hwaccel === 'nonsense' ? /^software$/ : /^(software|vaapi|cuda|vdpau|videotoolbox|d3d11va)$/,
    );
    expect(frames.map(({ pixels, input }) => [pixels, input])).toEqual(
      expected.frames.map(({ pixels, input }) => [pixels, input]),
    );
  },
);

test('nothing is tried by default', () => {
  expect(expected.info).not.toHaveProperty('decoder');
});

test('a method that gives the same pictures decodes, and is not tried again for what is known', async () => {
  const { path, calls } = withHardware('same', 'null');
  const options = { pixels: true, letterbox, hwaccel: 'auto', ffmpeg: path };
  const { info, frames } = await readAll(clip, options);
  expect(info.decoder).toBe('vaapi');
  expect(calls().at(-1)).toMatch(/-hwaccel vaapi .*-i file:.*\[0:v:0\]format=yuv420p,/);
  expect(frames.map(({ pixels }) => pixels)).toEqual(expected.frames.map(({ pixels }) => pixels));
  const before = calls().length;
  await readAll(clip, { ...options, info });
  expect(calls().length).toBe(before + 1);
});

test('a method that gives other pictures is left', async () => {
  const { path, calls } = withHardware('other', 'negate');
  const { info, frames } = await readAll(clip, { pixels: true, hwaccel: 'vaapi', ffmpeg: path });
  expect(info.decoder).toBe('software');
  expect(calls().at(-1)).not.toContain('-hwaccel');
  expect(frames.map(({ pixels }) => pixels)).toEqual(expected.frames.map(({ pixels }) => pixels));
});

test('4:4:4 video and standard formats without exact pictures are not tried', async () => {
  const { path, calls } = withHardware('never', 'null');
  const other = makeClip(join(folder, 'mpeg4.mp4'), 'testsrc2=s=64x48:r=25:d=0.2', '-c:v', 'mpeg4');
  const { info } = await readAll(other, { hwaccel: 'auto', ffmpeg: path });
  expect(info.decoder).toBe('software');
  expect(calls().join('\n')).not.toContain('-hwaccel');
});
