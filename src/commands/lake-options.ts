import { Option } from 'commander';
import type { TimeZone } from '../core/time-zone.ts';
import type { LakeRange } from '../lake/range.ts';

/** Which part of a lake is asked for, and by which clocks. */
export interface RangeFlags {
  readonly from?: string;
  readonly to?: string;
  readonly cameras?: readonly string[];
  readonly timeZone?: string;
}

/** `--from`, `--to` and `--cameras`. */
export function rangeOptions(): Option[] {
  return [
    new Option('--from <when>', 'first day, or time: 2026-11-28, 2026-11-28T08:00'),
    new Option('--to <when>', 'last day, or the time before which: what lasts belongs to the time when it begins'),
    new Option('--cameras <names>', 'these cameras only, with commas between them').argParser((text: string) =>
      text.split(',').map((name) => name.trim()),
    ),
  ];
}

/** `--time-zone`. */
export function timeZoneOption(): Option {
  return new Option(
    '--time-zone <name>',
    'zone whose clocks count, such as Europe/Berlin (default: that of this machine)',
  );
}

/** What the flags say. @throws UsageError when a time or the zone is none */
export async function rangeOf({
  from,
  to,
  cameras,
  timeZone,
}: RangeFlags): Promise<LakeRange & { timeZone: TimeZone }> {
  const { TimeZone } = await import('../core/time-zone.ts');
  const zone = new TimeZone(timeZone);
  return {
    timeZone: zone,
    cameras,
    from: from === undefined ? undefined : zone.parse(from),
    to: to === undefined ? undefined : zone.parse(to, true),
  };
}
