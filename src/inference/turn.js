/**
 * A turn to call onnxruntime: the process crashes when a thread is ended in such a call, as all are at the process's end, and when two
 * threads call WebGPU at once. Plain JavaScript, as it runs in the worker thread.
 *
 * A turn is shared memory with the id of the thread that has it, 0 while none has, and −1 once no thread is to have it any more.
 */
const FREE = 0;
const ENDED = -1;
/** Longest wait for the call at hand at the process's end, milliseconds. */
const PATIENCE = 10_000;

/** A turn that no thread has. */
export const newTurn = () => new Int32Array(new SharedArrayBuffer(4));

/**
 * Does a job as soon as no other thread has the turn.
 *
 * @template T
 * @param {Int32Array} turn
 * @param {number} threadId
 * @param {() => Promise<T>} job
 */
export async function inTurn(turn, threadId, job) {
  take(turn, threadId);
  try {
    return await job();
  } finally {
    giveBack(turn, threadId);
  }
}

/**
 * Lets the other threads have it, if this one does.
 *
 * @param {Int32Array} turn
 * @param {number} threadId
 */
export function giveBack(turn, threadId) {
  if (Atomics.compareExchange(turn, 0, threadId, FREE) === threadId) Atomics.notify(turn, 0);
}

/**
 * Waits until no thread has it; none gets it after that, and those that ask for it stand still.
 *
 * @param {Int32Array} turn
 */
export const endTurn = (turn) => take(turn, ENDED, PATIENCE);

/**
 * @param {Int32Array} turn
 * @param {number} taker
 * @param {number} [patience] longest wait for a thread that has it, milliseconds
 */
function take(turn, taker, patience) {
  for (;;) {
    const holder = Atomics.compareExchange(turn, 0, FREE, taker);
    if (holder === FREE || holder === taker) return;
    if (Atomics.wait(turn, 0, holder, patience) === 'timed-out') return;
  }
}
