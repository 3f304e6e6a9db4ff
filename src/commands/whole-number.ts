import { InvalidArgumentError } from 'commander';

/** Parser of a positive whole number given as an option. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isInteger(value)) return value;
  throw new InvalidArgumentError('it must be a positive whole number.');
}
