import { describe, expect, it } from 'vitest';
import { TimeZone } from '../../src/core/time-zone.ts';

const utc = (text: string) => Date.parse(`${text}Z`);

describe('a time zone', () => {
  const berlin = new TimeZone('Europe/Berlin');

  it('shows what its clocks show, also when they are changed', () => {
    expect(berlin.iso(utc('2026-10-25T00:30'))).toBe('2026-10-25T02:30:00+02:00');
    expect(berlin.iso(utc('2026-10-25T01:30'))).toBe('2026-10-25T02:30:00+01:00');
    expect(berlin.iso(utc('2026-03-29T00:59:59.25'))).toBe('2026-03-29T01:59:59.250+01:00');
    expect(berlin.iso(utc('2026-03-29T01:00'))).toBe('2026-03-29T03:00:00+02:00');
    expect(new TimeZone('Asia/Kathmandu').iso(utc('2026-10-25T00:30'))).toBe('2026-10-25T06:15:00+05:45');
    expect(new TimeZone('America/St_Johns').iso(utc('2026-01-01T00:00'))).toBe('2025-12-31T20:30:00-03:30');
    expect(new TimeZone('UTC').iso(utc('2026-01-01T00:00'))).toBe('2026-01-01T00:00:00Z');
  });

  it('reads times by its clocks, and days from midnight to midnight', () => {
    expect(berlin.parse('2026-10-25')).toBe(utc('2026-10-24T22:00'));
    expect(berlin.parse('2026-10-25', true)).toBe(utc('2026-10-25T23:00'));
    expect(berlin.parse('2026-03-29', true) - berlin.parse('2026-03-29')).toBe(23 * 3_600_000);
    expect(berlin.parse('2026-10-25T08:15')).toBe(utc('2026-10-25T07:15'));
    expect(berlin.parse('2026-10-25T02:30')).toBe(utc('2026-10-25T00:30'));
    expect(berlin.parse('2026-03-29 02:30')).toBe(utc('2026-03-29T01:30'));
    expect(berlin.parse('2026-10-25T08:15:30Z')).toBe(utc('2026-10-25T08:15:30'));
    expect(berlin.parse('2026-10-25T08:15:30-02:00', true)).toBe(utc('2026-10-25T10:15:30'));
  });

  it.each(['yesterday', '2026-02-30', '2026-13-01', '2026-01-01T25:00', '2026-1-1', ''])('refuses %j', (text) => {
    expect(() => berlin.parse(text)).toThrow(/is no date, such as 2026-11-28 or 2026-11-28T08:00$/);
  });

  it('refuses a zone that is not known', () => {
    expect(() => new TimeZone('Mars/Olympus')).toThrow('time zone Mars/Olympus: is not known; give one such as');
  });
});
