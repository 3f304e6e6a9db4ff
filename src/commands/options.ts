import { InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../core/errors.ts';

/** Adds a value to those before, for an option that may be repeated. */
export function repeated(value: string, before: string[]): string[] {
  return [...before, value];
}

/** `--set`. @param section what the first part of a name is called */
export function setOption(section: 'stage' | 'section' = 'stage'): Option {
  return new Option(`--set <${section}.name=value>`, 'set one parameter; may be repeated')
    .argParser(repeated)
    .default([], 'none');
}

/** `--overwrite`. */
export function overwriteOption(): Option {
  return new Option('--overwrite', 'replace outputs that are there already');
}

/** `--config`. @param holds what the file is read for */
export function configOption(holds = 'parameters by stage'): Option {
  return new Option('--config <file>', `YAML file with ${holds}`);
}

/** Parser of a number from `least` on. */
export function numberFrom(least: number, whole = false): (text: string) => number {
  return number((value) => value >= least, whole, `a ${whole ? 'whole ' : ''}number from ${least}`);
}

/** Parser of a number above 0. */
export function positive(whole = false): (text: string) => number {
  return number((value) => value > 0, whole, `a positive ${whole ? 'whole ' : ''}number`);
}

function number(allowed: (value: number) => boolean, whole: boolean, wanted: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && allowed(value) && Number.isFinite(value) && (!whole || Number.isInteger(value)))
      return value;
    throw new InvalidArgumentError(`it must be ${wanted}.`);
  };
}

/** Parser of the number of a port; 0 for a free one. */
export function portNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('it must be a number from 0 to 65535.');
}

/** What the user says of how a video is to be read. */
export interface ReadingFlags {
  readonly stream?: number;
  readonly deinterlace?: string;
  readonly sar?: string;
}

/** `--stream`, `--deinterlace` and `--sar`: the parameters `video.*` of these names. */
export function readingOptions(): Option[] {
  return [
    new Option(
      '--stream <n>',
      'which video stream of a file that has several, from 0 (default: the largest)',
    ).argParser(numberFrom(0, true)),
    new Option(
      '--deinterlace <how>',
      'auto, where the video says that it is interlaced; on; off (default: auto)',
    ).choices(['auto', 'on', 'off']),
    new Option('--sar <w:h>', 'shape of the pixels, for recorders that do not say it: 2:1 for 960×1080'),
  ];
}

/**
 * Parameters with what the flags say.
 *
 * @throws UsageError when a value does not fit
 */
export async function withReading<P extends { readonly video: object }>(
  parameters: P,
  { stream, deinterlace, sar }: ReadingFlags,
): Promise<P> {
  const given = Object.entries({ stream, deinterlace, sar }).filter(([, value]) => value !== undefined);
  const video = { ...parameters.video, ...Object.fromEntries(given) };
  const { videoParameters } = await import('../video/parameters.ts');
  const { firstProblem } = await import('../core/schema.ts');
  const problem = firstProblem(videoParameters, video);
  if (problem) throw new UsageError(`--${problem}`);
  return { ...parameters, video };
}
