const VARIABLE = 'ORT_DISABLE_TELEMETRY';

let initialised = false;
let loads = 0;

/**
 * Loads a network without onnxruntime's telemetry, which reports its use to its maker and writes files to the temporary folder. onnxruntime
 * reads a variable of the process's environment, which the one of a worker thread is not; and it reads it once, with the first network of
 * the process. So the variable is set during that load alone, and the environment of the host program stays as it is. A value that the
 * host program gave it is kept.
 */
export async function withoutTelemetry<T>(load: () => Promise<T>): Promise<T> {
  const set = loads > 0 || (!initialised && process.env[VARIABLE] === undefined);
  if (!set) return load();
  if (loads++ === 0) process.env[VARIABLE] = '1';
  try {
    const loaded = await load();
    initialised = true;
    return loaded;
  } finally {
    if (--loads === 0) delete process.env[VARIABLE];
  }
}
