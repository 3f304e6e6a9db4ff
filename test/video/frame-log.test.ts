import { expect, it } from 'vitest';
import { TICKS_PER_SECOND } from '../../src/video/frame-assembly.ts';
import { FrameLog } from '../../src/video/frame-log.ts';

/** A line of ffmpeg's about a frame. */
function frameLine(seconds: number, { size = '64x48', sar = '1/1', key = 0 } = {}): string {
  const pts = Math.round(seconds * TICKS_PER_SECOND);
  return `[showinfo@frames @ 0x5582e722ec80] [info] n:   3 pts:${pts} pts_time:${seconds}       pos:      564 fmt:yuv420p sar:${sar} s:${size} i:P iskey:${key} type:I `;
}

const START = [
  '[info]   Duration: 00:00:06.00, start: 1.400000, bitrate: 150 kb/s',
  '[info]   Stream #0:1 (h264) -> settb:default',
];
/** What the demuxer says of a packet, and then ffmpeg. */
const gapLines = (seconds: number, stream = 1) => [
  `[mpegts @ 0x56333347f900] [warning] Packet corrupt (stream = ${stream}, dts = ${Math.round(90_000 * (seconds + 1.4))}).`,
  '[warning] a.ts: corrupt input packet in stream 1',
];

function logOf(lines: readonly string[], container = 'mpegts'): FrameLog {
  const log = new FrameLog(container);
  for (const line of lines) log.onLine(line);
  log.end();
  return log;
}

/** Frames a tenth of a second apart; every tenth is a key frame. */
const frames = (from: number, to: number, shape = {}) =>
  Array.from({ length: to - from }, (_, i) =>
    frameLine((from + i) / 10, { key: Number((from + i) % 10 === 0), ...shape }),
  );

it('names the first frame of another shape, and counts the changes', () => {
  const { shapes } = logOf([
    ...frames(0, 7),
    ...frames(7, 9, { size: '32x24' }),
    ...frames(9, 10),
    ...frames(10, 12, { sar: '4/3' }),
  ]);
  expect(shapes).toEqual({
    count: 3,
    first: {
      frame: 7,
      from: { width: 64, height: 48, sampleAspectRatio: 1 },
      to: { width: 32, height: 24, sampleAspectRatio: 1 },
    },
  });
});

it('pixels of unknown shape are square', () => {
  expect(logOf([...frames(0, 7, { sar: '0/1' }), ...frames(7, 9)]).shapes).toBeUndefined();
});

it.each<[string, readonly string[], number[]]>([
  [
    'at the key frame after the packet, though others are shown before it',
    [...frames(0, 6), ...gapLines(0.7), ...frames(6, 20)],
    [10],
  ],
  [
    'at the frame after the packet where no key frame is near',
    [...frames(0, 12), ...gapLines(1.2), ...frames(12, 30).map((line) => line.replace('iskey:1', 'iskey:0'))],
    [13],
  ],
  ['at the frame after the packet near the end', [...frames(0, 12), ...gapLines(1.2), ...frames(12, 15)], [13]],
  ['twice', [...frames(0, 6), ...gapLines(0.7), ...frames(6, 25), ...gapLines(2.8), ...frames(25, 40)], [10, 30]],
  ['nowhere, of another stream', [...frames(0, 6), ...gapLines(0.7, 0), ...frames(6, 20)], []],
])('a gap in an MPEG-TS is %s', (_, lines, expected) => {
  const log = logOf([...START, ...lines]);
  expect([log.gaps, log.gapFrames, log.endsInGap]).toEqual([expected.length, expected, false]);
});

it('gaps that probing meets are none', () => {
  expect(logOf([...gapLines(0.5), ...START, ...frames(0, 30)]).gaps).toBe(0);
});

it('a gap that no frame follows is the end of a file that is cut off', () => {
  const log = logOf([...START, ...frames(0, 12), ...gapLines(1.3), ...frames(12, 14)]);
  expect([log.gaps, log.endsInGap]).toEqual([0, true]);
});

it('takes lines of frames, and of gaps in an MPEG-TS only, for itself', () => {
  const takes = (container: string) =>
    [frameLine(0), ...gapLines(0), '[h264 @ 0x1] [error] error while decoding MB 6 7'].map((line) =>
      new FrameLog(container).onLine(line),
    );
  expect(takes('mpegts')).toEqual([true, true, true, false]);
  expect(takes('avi')).toEqual([true, false, false, false]);
});
