import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CLI = join(import.meta.dirname, '../../dist/cli.js');

/** The sample clip. */
export const SAMPLE = join(import.meta.dirname, '../../videos/pets09-s2l1.mp4');

/** A network so small that a frame takes a millisecond: for what does not depend on who is found. */
export const FAST = ['--set', 'detection.inputPixels=1024', '--set', 'detection.emptyRate=0'];

/** The options to track the boxes of {@link writeWalkers}, whose scores are confidences as they are. */
export function boxesOf(walkers: string): string[] {
  return ['--detections', walkers];
}

/** How a run of the command ended. */
export interface Run {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of the command under way. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Run>;
  /** Resolves when standard error holds the text. */
  said(text: string): Promise<void>;
  /** The first line of standard error that holds the text, when it does. */
  line(text: string): Promise<string | undefined>;
}

/** How to start the command. */
export interface StartOptions extends Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid' | 'detached'> {
  /** What its standard input gives; without it that is empty, or stays open if the command reads it. */
  readonly input?: Buffer;
  /** Close its standard output at once. */
  readonly deaf?: boolean;
}

const running = new Set<ChildProcess>();

/** Kills what still runs; the setup of the test files does it, after a test that failed half-way. */
export function killRunning(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Starts the built command. */
export function start(args: readonly string[], { input, deaf, ...options }: StartOptions = {}): Running {
  const child = spawn(process.execPath, [CLI, ...args], { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  running.add(child);
  child.once('close', () => running.delete(child));
  const text = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      for (const watcher of watchers) watcher();
    });
  }
  if (deaf) child.stdout.destroy();
  child.stdin.on('error', () => {}); // it may end without having read all
  if (input) child.stdin.end(input);
  else if (!args.includes('-')) child.stdin.end();
  const ended = new Promise<Run>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal, ...text }));
  });
  const said = (expected: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = () => {
        if (text.stderr.includes(expected)) resolve();
      };
      watchers.add(look);
      look();
      ended.then((run) => reject(new Error(`it ended without "${expected}": ${JSON.stringify(run)}`)), reject);
    });
  const line = async (expected: string) => {
    await said(expected);
    return text.stderr.split('\n').find((one) => one.includes(expected));
  };
  return { pid: child.pid!, ended, said, line };
}

/** Runs the built command to its end. */
export function twintrack(args: readonly string[], options?: StartOptions): Promise<Run> {
  return start(args, options).ended;
}

/** How a run ends that fails before it has done anything: one line, nothing on standard output. */
export function failure(line: string, status = 1) {
  return { status, signal: null, stdout: '', stderr: `twintrack: ${line}\n` };
}

/** A MOT detection file of people who walk to the right, one below the other, in each of `frames` frames. */
export function writeWalkers(path: string, frames: number, people = 2): string {
  const lines: string[] = [];
  for (let frame = 1; frame <= frames; frame++) {
    for (let k = 0; k < people; k++)
      lines.push(`${frame},-1,${10 + 2 * frame},${10 + 70 * k},24,60,${frame % 2 ? 0.9 : 0.9001}`);
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

/** All names in a folder, hidden ones too. */
export function namesIn(folder: string): string[] {
  return readdirSync(folder).sort();
}

/** A trajectories file as plain JSON. */
export function readJson(path: string) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** The people in each frame of a MOT text, by frame number from 0. */
export function peopleByFrame(path: string, frames: number): number[] {
  const counts = new Array<number>(frames).fill(0);
  for (const line of readFileSync(path, 'utf8').split('\n')) if (line) counts[Number(line.split(',')[0]) - 1]++;
  return counts;
}
