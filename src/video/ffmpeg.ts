import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { inputError, printable, redact } from '../core/errors.ts';
import { runAtExit } from '../files/at-exit.ts';

/** An ffmpeg binary that runs and is new enough. */
export interface Ffmpeg {
  readonly path: string;
  /** As it calls itself: "5.1.9-0+deb12u1", "n7.1", "N-118193-g…". */
  readonly version: string;
  /** The output option that keeps every frame with its own timestamp, in the spelling of this version. */
  readonly passthrough: readonly [string, string];
  /** Whether a list of inputs may hold options of theirs. */
  readonly lists: boolean;
  /** The best H.264 encoder that it has. */
  readonly encoder: string | undefined;
}

/** How ffmpeg ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running ffmpeg. */
export interface FfmpegProcess {
  readonly stdin: Writable | null;
  /** The pipes ffmpeg writes to: `outputs[i]` is what it calls `pipe:${outputFd(i)}`. */
  readonly outputs: readonly Readable[];
  /** The latest log lines, oldest first; the inputs in them without credentials. */
  readonly log: readonly string[];
  /** Resolves when ffmpeg has ended and all its pipes are read to their end; never rejects. */
  readonly exited: Promise<Exit>;
  /** Ends ffmpeg at once. */
  kill(): void;
}

const LOG_LINES = 40;
/** Lines of filters that log every frame: they would leave no room for others. */
const FILTER_LINE = /^\[showinfo@/;
/** libavfilter 7.110 is ffmpeg 4.4, the first with `metadata=print:direct`. */
const OLDEST_FILTER = [7, 110];
/** libavformat 59.27 is ffmpeg 5.1, the first with `-fps_mode`. */
const FPS_MODE_FORMAT = [59, 27];

/** libavformat 59 is ffmpeg 5.0, the first with options in lists for `concat`. */
const LISTS_FORMAT = [59, 0];

/** H.264 encoders in order of preference. */
const ENCODERS = ['libx264', 'libopenh264', 'h264_videotoolbox', 'h264_mf'];

const found = new Map<string, Promise<Ffmpeg>>();
/** The ffmpeg of the optional package, asked for once: a camera asks at each connection. */
let bundled: Promise<string | undefined> | undefined;

/**
 * Finds ffmpeg: the path given, else `FFMPEG_BIN`, else the optional package ffmpeg-static, else the PATH. A path that is given
 * or set must work; the other two may be absent.
 *
 * @throws TwintrackError when there is none, or it does not run, or is older than 4.4
 */
export async function findFfmpeg(path?: string): Promise<Ffmpeg> {
  const named = path || process.env.FFMPEG_BIN;
  if (named) return check(named);
  bundled ??= bundledFfmpeg();
  return check((await bundled) ?? 'ffmpeg');
}

/** The command that installs ffmpeg on this system, for messages. */
export function installCommand(): string {
  if (process.platform === 'darwin') return 'brew install ffmpeg';
  if (process.platform === 'win32') return 'winget install ffmpeg';
  const managers: readonly (readonly [string, string])[] = [
    ['/usr/bin/apt-get', 'sudo apt-get update && sudo apt-get install -y ffmpeg'],
    ['/usr/bin/dnf', 'sudo dnf install -y ffmpeg-free'],
    ['/usr/bin/yum', 'sudo yum install -y ffmpeg'],
    ['/sbin/apk', 'sudo apk add ffmpeg'],
    ['/usr/bin/pacman', 'sudo pacman -S --noconfirm ffmpeg'],
    ['/usr/bin/zypper', 'sudo zypper install -y ffmpeg'],
  ];
  return managers.find(([binary]) => isExecutable(binary))?.[1] ?? 'sudo apt-get install -y ffmpeg';
}

async function bundledFfmpeg(): Promise<string | undefined> {
  try {
    const name = 'ffmpeg-static';
    const path: unknown = (await import(name)).default;
    return typeof path === 'string' && isExecutable(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function check(path: string): Promise<Ffmpeg> {
  let result = found.get(path);
  if (!result) {
    result = inspect(path);
    found.set(path, result);
    result.catch(() => found.delete(path));
  }
  return result;
}

async function inspect(path: string): Promise<Ffmpeg> {
  const fix = `install it with \`${installCommand()}\` or set FFMPEG_BIN`;
  let text: string; // its banner
  let encoders: string;
  try {
    const run = promisify(execFile);
    ({ stderr: text, stdout: encoders } = await run(path, ['-encoders'], { encoding: 'utf8', timeout: 20_000 }));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const reason = code === 'ENOENT' ? 'not found' : code === 'EACCES' ? 'may not be executed' : 'does not run';
    throw inputError(path, reason, fix, cause);
  }
  const version = /^ffmpeg version (\S+)/m.exec(text)?.[1];
  if (!version) throw inputError(path, 'is not ffmpeg', fix);
  if (!atLeast(text, 'libavfilter', OLDEST_FILTER)) {
    throw inputError(path, `is ffmpeg ${version}, 4.4 or later is needed`, fix);
  }
  const passthrough = [atLeast(text, 'libavformat', FPS_MODE_FORMAT) ? '-fps_mode' : '-vsync', 'passthrough'] as const;
  const lists = atLeast(text, 'libavformat', LISTS_FORMAT);
  const encoder = ENCODERS.find((name) => new RegExp(`^ V\\S* ${name} `, 'm').test(encoders));
  return { path, version, passthrough, lists, encoder };
}

/** Compares the library version that ffmpeg's banner names: git builds have no release number, but they have this. */
function atLeast(text: string, library: string, [major, minor]: readonly number[]): boolean {
  const match = new RegExp(`^ *${library} +(\\d+)\\. *(\\d+)\\.`, 'm').exec(text);
  if (!match) return false;
  return Number(match[1]) > major || (Number(match[1]) === major && Number(match[2]) >= minor);
}

/** The file descriptor in ffmpeg of output `i`: standard output first, then 3 and on. */
export function outputFd(i: number): number {
  return i === 0 ? 1 : i + 2;
}

/**
 * Starts ffmpeg in a process group of its own, so that Ctrl-C reaches this process only, which then decides in what order to end
 * things. It never outlives this process: it is killed at exit, and ends by itself at its broken pipes if that is not possible.
 *
 * @param stdin what it reads on its standard input, or whether the caller writes that
 * @param outputs number of pipes it writes to
 * @param onLine called with every log line, "[error] text" or "[component @ 0x…] [error] text"
 */
export function startFfmpeg(
  ffmpeg: Ffmpeg,
  args: readonly string[],
  {
    stdin = false,
    outputs = 0,
    onLine,
  }: { stdin?: boolean | string; outputs?: number; onLine?: (line: string) => void } = {},
): FfmpegProcess {
  const child = spawn(
    ffmpeg.path,
    ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'repeat+level+info', ...args],
    {
      stdio: [
        stdin === false ? 'ignore' : 'pipe',
        outputs > 0 ? 'pipe' : 'ignore',
        'pipe',
        ...Array(Math.max(0, outputs - 1)).fill('pipe'),
      ],
      detached: process.platform !== 'win32',
      // a static ffmpeg crashes when it loads the character sets of another libc (the station names in MPEG-TS); none are needed. And
      // glibc would keep memory for each of its threads
      env: { ...process.env, GCONV_PATH: '/nonexistent', MALLOC_ARENA_MAX: '1' },
    },
  );
  const log: string[] = [];
  const inputs = args.filter((_, i) => args[i - 1] === '-i').map((input) => [input, printable(input)] as const);
  readLines(child.stderr!, (printed) => {
    const text = typeof stdin === 'string' ? redact(printed) : printed;
    const line = inputs.reduce((text, [input, shown]) => text.replaceAll(input, shown), text);
    if (!FILTER_LINE.test(line) && log.push(line) > LOG_LINES) log.shift();
    onLine?.(line);
  });
  child.stdin?.on('error', () => {}); // a broken pipe: the exit code and the log say why
  if (typeof stdin === 'string') child.stdin?.end(stdin);
  const kill = () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  };
  const release = runAtExit(kill);
  return {
    stdin: child.stdin,
    outputs: Array.from({ length: outputs }, (_, i) => child.stdio[outputFd(i)] as Readable),
    log,
    exited: ended(child, log).finally(release),
    kill,
  };
}

function ended(child: ChildProcess, log: string[]): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      log.push(`[fatal] ${error.message}`);
      resolve({ code: -1, signal: null });
    });
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

/** Splits a text stream into lines at newlines and carriage returns (ffmpeg's progress), dropping empty ones. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/[\r\n]+/);
    rest = lines.pop()!;
    for (const line of lines) if (line) onLine(line);
  });
  stream.on('end', () => rest && onLine(rest));
}

/** The log's last word on what went wrong, without component and level; empty when it says nothing. */
export function lastError(log: readonly string[]): string {
  const line = log.findLast((l) => /\[(error|fatal|panic)\]/.test(l)) ?? '';
  return line.replace(/^.*\[(error|fatal|panic)\] */, '');
}

/** How a process ended, when not well: "ffmpeg crashed (SIGSEGV)". */
export function exitReason(exit: Exit): string {
  return exit.signal ? `ffmpeg ended by ${exit.signal}` : `ffmpeg exited with code ${exit.code}`;
}
