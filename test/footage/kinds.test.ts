import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { VideoInfo } from '../../src/video/index.ts';
import { makeClip, readAll, temporaryFolder } from '../video/clips.ts';

const folder = temporaryFolder();
const FRAMES = 10;

/** Ten frames with a luma of 50, 100, 150, 200 in the corners: left and right above, left and right below. */
function corners(width: number, height: number): string {
  const steps = `lum='50+50*gte(X,${width}/2)+100*gte(Y,${height}/2)':cb=128:cr=128`;
  return `color=s=${width}x${height}:r=25:d=${FRAMES / 25},format=yuv444p,geq=${steps},format=yuv420p`;
}

interface Kind {
  readonly file: string;
  /** ffmpeg's options; default H.264. */
  readonly encoder?: string;
  readonly size?: readonly [number, number];
  /** What is found. */
  readonly info: Partial<VideoInfo>;
  readonly notices?: readonly string[];
  /** How far luma may be from what was drawn. */
  readonly tolerance?: number;
}

const KINDS: Readonly<Record<string, Kind>> = {
  'recorder: H.264 in AVI': { file: 'h264.avi', encoder: '-c:v libx264 -vtag H264', info: { codec: 'h264' } },
  'recorder: H.264 in AVI, named DAVC': {
    file: 'davc.avi',
    encoder: '-c:v libx264 -vtag DAVC',
    info: { codec: 'h264' },
  },
  'recorder: raw H.264': {
    file: 'raw.264',
    info: { codec: 'h264', container: 'h264' },
    notices: ['times-computed'],
  },
  'recorder: raw H.264 named .dav': {
    file: 'raw.dav',
    encoder: '-c:v libx264 -f h264',
    info: { container: 'h264' },
    notices: ['times-computed'],
  },
  'recorder: raw HEVC': {
    file: 'raw.265',
    encoder: '-c:v libx265 -x265-params log-level=none -f hevc',
    info: { codec: 'hevc' },
    notices: ['times-computed'],
  },
  'recorder: Motion JPEG in AVI': { file: 'm.avi', encoder: '-c:v mjpeg', info: { codec: 'mjpeg', fullRange: true } },
  'recorder: Motion JPEG as it comes over HTTP': {
    file: 'm.mjpg',
    encoder: '-c:v mjpeg -f mpjpeg',
    info: { codec: 'mjpeg' },
    notices: ['times-computed'],
  },
  'recorder: Xvid': { file: 'xvid.avi', encoder: '-c:v mpeg4 -q:v 2 -vtag XVID', info: { codec: 'mpeg4' } },
  'recorder: MPEG-4 of Microsoft': { file: 'div3.avi', encoder: '-c:v msmpeg4 -q:v 2', info: { codec: 'msmpeg4v3' } },
  'recorder: WMV': { file: 'v.wmv', encoder: '-c:v wmv2 -q:v 2', info: { codec: 'wmv2', container: 'asf' } },
  'recorder: old phone, 3GP': {
    file: 'v.3gp',
    encoder: '-vf setsar=12/11 -c:v h263 -q:v 2',
    size: [176, 144],
    info: { codec: 'h263', sampleAspectRatio: 12 / 11 },
    notices: ['sar-applied'],
  },
  'recorder: 1080N, of half width': {
    file: 'n.mp4',
    encoder: '-vf setsar=0 -c:v libx264',
    size: [960, 1080],
    info: { width: 960, height: 1080 },
    notices: ['sar-missing'],
  },
  'television: MPEG-2, PAL, interlaced, 16:9': {
    file: 'pal.ts',
    encoder: '-vf setfield=tff,setsar=64/45 -c:v mpeg2video -q:v 2 -flags +ildct+ilme',
    size: [720, 576],
    info: { codec: 'mpeg2video', sampleAspectRatio: 64 / 45, fieldOrder: 'top', deinterlacing: 'marked' },
    notices: ['sar-applied', 'deinterlaced'],
  },
  'television: DV': {
    file: 'pal.dv',
    encoder: '-c:v dvvideo',
    size: [720, 576],
    info: { codec: 'dvvideo', sampleAspectRatio: 16 / 15, fieldOrder: 'bottom' },
    notices: ['sar-applied', 'deinterlaced'],
  },
  'television: MXF': {
    file: 'v.mxf',
    encoder: '-c:v mpeg2video -q:v 2 -pix_fmt yuv422p',
    info: { pixelFormat: 'yuv422p' },
  },
  'disc: VOB': { file: 'v.vob', encoder: '-c:v mpeg2video -q:v 2', info: { container: 'mpeg' } },
  'camcorder: M2TS': { file: 'v.m2ts', encoder: '-c:v libx264 -f mpegts', info: { container: 'mpegts' } },
  'messenger: FLV': { file: 'v.flv', encoder: '-c:v libx264', info: { container: 'flv' } },
  'messenger: GIF': { file: 'v.gif', encoder: '-c:v gif', info: { codec: 'gif' }, tolerance: 20 },
  'messenger: APNG named .png': { file: 'moving.png', encoder: '-f apng', info: { codec: 'apng', kind: 'file' } },
  'browser: VP8': { file: 'v.webm', encoder: '-c:v libvpx -crf 4 -b:v 2M', info: { codec: 'vp8' } },
  'browser: AV1': { file: 'av1.mp4', encoder: '-c:v libaom-av1 -cpu-used 8 -crf 20', info: { codec: 'av1' } },
  'browser: VP9 with alpha': {
    file: 'alpha.webm',
    encoder: '-c:v libvpx-vp9 -pix_fmt yuva420p',
    info: { codec: 'vp9' },
  },
  'screen recorder: H.264 of RGB': {
    file: 'rgb.mkv',
    encoder: '-c:v libx264rgb -crf 10',
    info: { pixelFormat: 'gbrp' },
  },
  'screen recorder: raw BGR': { file: 'bgr.avi', encoder: '-c:v rawvideo -pix_fmt bgr24', info: { codec: 'rawvideo' } },
  'screen recorder: QuickTime animation with alpha': {
    file: 'q.mov',
    encoder: '-c:v qtrle -pix_fmt argb',
    info: { codec: 'qtrle' },
  },
  'phone: HDR, 10 bit': {
    file: 'hdr.mov',
    encoder:
      '-c:v libx265 -x265-params log-level=none -pix_fmt yuv420p10le -tag:v hvc1 -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc',
    info: { codec: 'hevc', pixelFormat: 'yuv420p10le', colourSpace: 'bt2020nc' },
  },
  'camera: 4:2:2': { file: '422.mp4', encoder: '-c:v libx264 -pix_fmt yuv422p', info: { pixelFormat: 'yuv422p' } },
  'camera: grey': {
    file: 'grey.mkv',
    encoder: '-c:v ffv1 -pix_fmt gray',
    info: { pixelFormat: 'gray' },
    tolerance: 20,
  },
  'editor: ProRes': {
    file: 'prores.mov',
    encoder: '-c:v prores',
    info: { codec: 'prores', pixelFormat: 'yuv422p10le' },
  },
  'editor: ProRes with alpha': {
    file: '4444.mov',
    encoder: '-c:v prores_ks -pix_fmt yuva444p10le',
    info: { codec: 'prores' },
  },
  'editor: DNxHR': {
    file: 'dnx.mov',
    encoder: '-vf setsar=1 -c:v dnxhd -profile:v dnxhr_lb -pix_fmt yuv422p',
    size: [256, 144],
    info: { codec: 'dnxhd' },
  },
  'editor: lossless YUV in AVI': { file: 'ut.avi', encoder: '-c:v utvideo', info: { codec: 'utvideo' } },
  'odd sizes': { file: 'odd.mkv', encoder: '-c:v mpeg4 -q:v 2', size: [161, 121], info: { width: 161, height: 121 } },
  'drone: with timecode': { file: 'tc.mov', encoder: '-c:v libx264 -timecode 01:00:00:00', info: { codec: 'h264' } },
};

it.each(Object.entries(KINDS))(
  '%s',
  async (_, { file, encoder = '-c:v libx264', size, info, notices = [], tolerance = 8 }) => {
    const [width, height] = size ?? [160, 120];
    const clip = makeClip(join(folder, file), corners(width, height), ...encoder.split(' '));
    const codes: string[] = [];
    const found = await readAll(clip, { pixels: true, onNotice: ({ code }) => codes.push(code) });
    expect([found.error, codes]).toEqual([undefined, notices]);
    expect(found.info).toMatchObject({ width, height, ...info });
    expect(found.frames.length).toBe(FRAMES);
    const { times, frames } = found;
    expect(times[FRAMES - 1] - times[0]).toBeCloseTo((FRAMES - 1) / 25, 1);
    const at = (x: number, y: number) => frames[5].pixels![Math.floor(y * height) * width + Math.floor(x * width)];
    const drawn = [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)];
    for (const [i, luma] of drawn.entries())
      expect(Math.abs(luma - 50 * (i + 1)), `${drawn}`).toBeLessThanOrEqual(tolerance);
  },
);

it.each([
  [90, [0, 65536, -65536, 0], [150, 50, 200, 100]],
  [180, [-65536, 0, 0, -65536], [200, 150, 100, 50]],
  [270, [0, -65536, 65536, 0], [100, 200, 50, 150]],
])('phone: turned by %d°', async (degrees, [a, b, c, d], lumas) => {
  const lying = makeClip(join(folder, 'lying.mp4'), corners(160, 120), '-c:v', 'libx264');
  const bytes = readFileSync(lying);
  const matrix = bytes.indexOf('tkhd') + 44; // of the track's header
  for (const [i, value] of [a, b, 0, c, d, 0, 0, 0, 1 << 30].entries()) bytes.writeInt32BE(value, matrix + 4 * i);
  const clip = join(folder, `${degrees}.mp4`);
  writeFileSync(clip, bytes);
  const { info, frames } = await readAll(clip, { pixels: true });
  const { width, height, rotation } = info;
  expect([width, height, rotation]).toEqual(degrees === 180 ? [160, 120, 180] : [120, 160, degrees]);
  const at = (x: number, y: number) => frames[5].pixels![Math.floor(y * height) * width + Math.floor(x * width)];
  const drawn = [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)];
  for (const [i, luma] of drawn.entries()) expect(Math.abs(luma - lumas[i]), `${drawn}`).toBeLessThanOrEqual(8);
});
