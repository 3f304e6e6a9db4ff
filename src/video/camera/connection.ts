import type { Letterbox } from '../../core/frame.ts';
import { decodingArguments } from '../decode-arguments.ts';
import { exitReason, type Ffmpeg, lastError, startFfmpeg } from '../ffmpeg.ts';
import { FrameAssembly, type FrameParts } from '../frame-assembly.ts';
import { type CameraReading, probeCamera, type VideoInfo } from '../probe.ts';
import type { Address } from './address.ts';
import { type Fault, faultOf, streamFault } from './faults.ts';
import { openGate } from './gate.ts';

/** When a camera counts as gone. */
export interface Patience {
  /** Seconds until the first picture. */
  readonly connectSeconds: number;
  /** Seconds without a picture, for cameras of at least four pictures in that time. */
  readonly stallSeconds: number;
}

/** A connection that cannot be made. */
export class ConnectionError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.reason);
    this.fault = fault;
  }
}

/**
 * Connects once to learn what the pictures are like.
 *
 * @param reading how the pictures are to be read
 * @throws ConnectionError when there is no picture within `connectSeconds`
 */
export async function inspect(
  ffmpeg: Ffmpeg,
  address: Address,
  { connectSeconds }: Patience,
  signal: AbortSignal,
  reading: CameraReading = {},
): Promise<VideoInfo> {
  const gate = await openGate(address, ffmpeg);
  const { text } = gate;
  const args = [...gate.args.slice(0, -2), ...(address.probing ?? []), ...gate.args.slice(-2)];
  const input = { subject: address.shown, name: '', args, ...(text && { text }), kind: 'file', cutOff: false } as const;
  const late = AbortSignal.timeout(1000 * connectSeconds);
  try {
    const info = await probeCamera(ffmpeg, { ...input, dispose() {} }, AbortSignal.any([signal, late]), reading);
    return address.list ? { ...info, container: address.list.format } : info;
  } catch (error) {
    if (late.aborted) throw new ConnectionError(silence(connectSeconds));
    const { cause } = error as Error;
    const message = (error as Error).message.replace(`${address.shown}: `, '').split('; ')[0];
    const known = faultOf(Array.isArray(cause) ? complaintsIn(cause) : message);
    throw new ConnectionError(faultOf(gate.complaint) ?? known ?? streamFault(message));
  } finally {
    gate.close();
  }
}

/** How to read a connection. */
export interface ReadOptions extends Patience {
  readonly format: VideoInfo;
  readonly letterbox: Letterbox | undefined;
  readonly signal: AbortSignal;
  /** Takes each frame as it comes, and does not keep ffmpeg waiting. */
  readonly onParts: (parts: FrameParts) => void;
  /** Takes the size of the pictures in ffmpeg's words; returning false ends the connection. */
  readonly onSize: (size: string) => boolean;
}

/**
 * Connects and reads until the connection ends, for whatever reason: ffmpeg exits with code 0 when an RTSP server dies, so no end is
 * a good end. ffmpeg is gone when this returns.
 *
 * @returns why it ended
 */
export async function readConnection(ffmpeg: Ffmpeg, address: Address, options: ReadOptions): Promise<Fault> {
  const { format, letterbox, signal, onParts, onSize, connectSeconds, stallSeconds } = options;
  const { args, layouts } = decodingArguments(ffmpeg, { ...format, pixels: true, letterbox }, 1);
  const gate = await openGate(address, ffmpeg);
  let fault: Fault | undefined;
  let frames = 0;
  let first = 0;
  let last = performance.now();
  const pace = format.container === 'hls' ? OWN_PACE : [];
  const child = startFfmpeg(ffmpeg, [...VERBOSE, '-threads', '1', ...pace, ...gate.args, ...args], {
    ...(gate.text && { stdin: gate.text }),
    outputs: 1 + layouts.length,
    onLine(line) {
      // until then it was this machine that took its time
      if (frames === 0 && line.includes('Successfully connected')) last = performance.now();
      // of the first picture, and again when it changes
      const [, width, height] = /^\[graph.*\bw:(\d+) h:(\d+) pixfmt:/.exec(line) ?? [];
      if (width && !onSize(`${width}x${height}`)) end(streamFault(`the pictures are now ${width}x${height}`));
    },
  });
  const [times, ...pictures] = child.outputs;
  const assembly = new FrameAssembly(times, pictures, layouts);
  let over = false;
  const end = (reason?: Fault): void => {
    fault ??= reason;
    over = true;
    child.kill();
    for (const pipe of child.outputs) pipe.destroy();
    assembly.wake();
  };
  const stop = () => end();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  child.exited.then(() => {
    over = true;
    assembly.wake();
  });
  const watchdog = setInterval(() => {
    const meanSeconds = frames > 1 ? (last - first) / (frames - 1) / 1000 : 0;
    const patience = frames === 0 ? connectSeconds : Math.max(stallSeconds, 4 * meanSeconds);
    if (performance.now() - last > 1000 * patience) end(silence(patience));
  }, WATCH_MILLISECONDS);
  for (;;) {
    const parts = assembly.take();
    if (parts) {
      last = performance.now();
      if (frames++ === 0) first = last;
      onParts(parts);
    } else if (over) break;
    else await assembly.changed();
  }
  clearInterval(watchdog);
  signal.removeEventListener('abort', stop);
  const exit = await child.exited;
  gate.close();
  if (fault) return fault;
  return (
    faultOf(gate.complaint) ??
    faultOf(complaintsIn(child.log)) ??
    streamFault(frames > 0 ? 'the stream ended' : lastError(child.log) || exitReason(exit))
  );
}

/** The lines of ffmpeg's log that say what went wrong. */
function complaintsIn(log: readonly string[]): string {
  return log.filter((line) => /\[(error|fatal|panic|warning)\]/.test(line)).join('\n');
}

/** Has ffmpeg report when the TCP connection is made. */
const VERBOSE = ['-loglevel', 'repeat+level+verbose'];

/** A segment comes at once, and then nothing until the next one: its pictures are to come as they were taken. */
const OWN_PACE = ['-re'];

/** How often the watchdog checks that pictures come. */
const WATCH_MILLISECONDS = 100;

function silence(seconds: number): Fault {
  return { kind: 'network', reason: `no picture for ${Number(seconds.toFixed(1))} s` };
}
