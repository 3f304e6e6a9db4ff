/** Milliseconds that the loop below takes on a quiet core of the machine that the limits of the tests are made for. */
const REFERENCE = 100;

let measured: number | undefined;

/**
 * How many times slower than the reference this machine is now, with what else runs on it: at least 1. A test that
 * cannot wait for a condition multiplies its limit by it. Measured once in each test file that asks.
 */
export function slowness(): number {
  measured ??= Math.max(1, milliseconds() / REFERENCE);
  return measured;
}

function milliseconds(): number {
  const begin = performance.now();
  let sum = 0;
  for (let i = 1; i < 4e7; i++) sum += Math.sqrt(i % 1000);
  if (sum <= 0) throw new Error('the loop was left out'); // keeps the compiler from leaving it out
  return performance.now() - begin;
}
