import { setFlagsFromString } from 'node:v8';

/**
 * Lets the heap of this process grow to twice what is in use before all of it is collected. V8 counts the buffers that pictures come
 * through as growth: by itself it would go through the whole heap ten times a second, which takes a twentieth of the time. And
 * the thread that drops such a buffer frees it: handed to another, thousands a second, that takes longer than to do it. For
 * programs, not for a library: the collector serves all that runs in the process.
 *
 * The part of the heap for what is new stays as small as it begins. In one of 16 MB, to which V8 would let it grow, few objects and tens of
 * megabytes of dropped buffers wait for it to be full.
 */
export function letHeapGrow(): void {
  setFlagsFromString('--heap-growing-percent=100');
  setFlagsFromString('--no-concurrent-array-buffer-sweeping');
  const staySmall = () => setFlagsFromString('--semi-space-growth-factor=1');
  staySmall();
  process.on('worker', (worker) => worker.once('online', staySmall)); // a thread that starts sets it to 2
}
