import { InvalidArgumentError } from 'commander';

/** Parser of a number given as an option. */
export function numberFrom(least: number, whole = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && Number.isFinite(value) && (!whole || Number.isInteger(value)))
      return value;
    throw new InvalidArgumentError(`it must be a ${whole ? 'whole ' : ''}number from ${least}.`);
  };
}
