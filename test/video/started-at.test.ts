import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOf } from '../../src/video/started-at.ts';

const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = 'Europe/Berlin';
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const given = (text: string) => startOf(text, { input: 'street.mp4' });
const named = (input: string) => startOf('name', { input });

describe('a date and time', () => {
  it.each([
    ['2026-11-28T08:00:00Z', '2026-11-28T08:00:00.000Z', false],
    ['2026-11-28 08:00:00.25+05:30', '2026-11-28T08:00:00.250+05:30', false],
    ['2026-11-28T08:00-0300', '2026-11-28T08:00:00.000-03:00', false],
    ['2026-11-28 08:00', '2026-11-28T08:00:00.000+01:00', true],
    ['2026-07-28 08:00', '2026-07-28T08:00:00.000+02:00', true],
    ['20260728T08:00:00', '2026-07-28T08:00:00.000+02:00', true],
  ])('%s', (text, time, assumed) => {
    expect(given(text)).toEqual({ time, assumed });
    expect(new Date(time).getTime()).not.toBeNaN();
  });

  it.each([
    '2026-02-30T08:00:00Z',
    '2026-11-28T24:00:00Z',
    '2026-11-28T08:61:00Z',
    '2026-03-29 02:30',
    '1970-01-01T00:00:00Z',
    'noon',
    '2026-11-28',
    '',
  ])('refuses %j', (text) => {
    expect(() => given(text)).toThrow('is no date and time, nor created or name; give the date and time, such as');
  });
});

describe('the name of a file', () => {
  it.each([
    ['cam1_20261128T080000Z.mp4', '2026-11-28T08:00:00.000Z'],
    ['2026-11-28_08-00-00.mkv', '2026-11-28T08:00:00.000+01:00'],
    ['hall/2026/VID_20261128_080000.mp4', '2026-11-28T08:00:00.000+01:00'],
    ['Screen 2026-11-28 at.2026.11.28 08.00.00.mov', '2026-11-28T08:00:00.000+01:00'],
    ['ch01_20261128080000_2.dav', '2026-11-28T08:00:00.000+01:00'],
    ['gate-2026-07-01T23h59m58.mp4', '2026-07-01T23:59:58.000+02:00'],
  ])('%s', (name, time) => {
    expect(named(name).time).toBe(time);
  });

  it.each(['street.mp4', 'clip-123456789012345678.mp4', '2026-13-28_08-00-00.mp4', '20261128.mp4'])(
    'has none in %s',
    (name) => {
      expect(() => named(name)).toThrow('there is no date and time, such as 2026-11-28_08-00-00, in the name');
    },
  );
});

it('the file says when it was made, or does not', () => {
  const file = { input: 'a.mp4', createdAt: '2026-11-28T08:00:00.000000Z' };
  expect(startOf('created', file)).toEqual({ time: '2026-11-28T08:00:00.000Z', assumed: false });
  expect(() => startOf('created', { input: 'a.mp4' })).toThrow('a.mp4 does not say when it was made');
});
