import { InvalidArgumentError, Option } from 'commander';

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
