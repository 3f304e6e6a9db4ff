/** Commands run and watched by the benches (Linux). */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a command took, the processes that it started included. */
export interface Taken {
  /** Its standard output. */
  readonly output: string;
  readonly seconds: number;
  /** User and system time. */
  readonly cpuSeconds: number;
  /** The most resident memory of all its processes at once, in MB; what they share counts in each. */
  readonly megabytes: number;
  /** The same with the files that they share, such as libraries, counted once. */
  readonly megabytesOnce: number;
}

/** Runs a command. @throws Error when it fails */
export async function watch(command: string, args: readonly string[]): Promise<Taken> {
  const cpuBefore = cpuOfChildren();
  const started = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let most = 0;
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  let once = 0;
  const timers = [
    setInterval(() => {
      most = Math.max(most, resident(child.pid));
    }, 100),
    setInterval(() => {
      try {
        once = Math.max(once, memoryOf(child.pid!)[2]);
      } catch {} // it, or a child of it, has ended in between
    }, 500),
  ];
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve)).finally(() =>
    timers.forEach(clearInterval),
  );
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
  return { output, seconds, cpuSeconds: cpuOfChildren() - cpuBefore, megabytes: most, megabytesOnce: once };
}

/** Resident memory of a process and of all that descend from it, in MB; 0 of one that has ended. */
function resident(pid: number | undefined): number {
  try {
    const own = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return children.reduce((sum, child) => sum + resident(Number(child)), Number(own?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

/** In MB: resident memory of a process, of its children, and of all with the files that they share counted once. */
export type Memory = readonly [own: number, children: number, all: number];

/** @throws the system's error where a process has ended */
export function memoryOf(pid: number): Memory {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  const resident: number[] = [];
  const files = new Map<string, number>();
  let unshared = 0;
  for (const id of [pid, ...children]) {
    const inFiles = new Map<string, number>();
    let total = 0;
    let file: string | undefined;
    for (const line of readFileSync(`/proc/${id}/smaps`, 'utf8').split('\n')) {
      const mapping = /^[0-9a-f]+-[0-9a-f]+ .{4} \S+ \S+ \d+ *(.*)/.exec(line);
      if (mapping) file = mapping[1].startsWith('/') ? mapping[1] : undefined;
      const megabytes = Number(/^Rss: +(\d+)/.exec(line)?.[1] ?? 0) / 1024;
      total += megabytes;
      if (file) inFiles.set(file, (inFiles.get(file) ?? 0) + megabytes);
      else unshared += megabytes;
    }
    for (const [name, megabytes] of inFiles) files.set(name, Math.max(megabytes, files.get(name) ?? 0));
    resident.push(total);
  }
  const [own, ...others] = resident;
  const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);
  return [own, sum(others), unshared + sum(files.values())];
}

/** CPU time in seconds of the ended children of this process, and of those that these have waited for. */
function cpuOfChildren(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/**
 * Adds up what a process and all that descend from it take, those in other process groups too, from now on.
 *
 * @returns ends it, and gives seconds of user and system time
 */
export function processorSeconds(pid: number): { end(): number } {
  const latest = new Map<string, number>();
  const look = () => eachProcess(pid, (id, seconds) => latest.set(id, seconds));
  const sum = () => [...latest.values()].reduce((a, b) => a + b, 0);
  look();
  const before = sum();
  const timer = setInterval(look, 50);
  return {
    end() {
      clearInterval(timer);
      look();
      return sum() - before;
    },
  };
}

/** Calls a function with each process of a tree, named by its number and start. */
function eachProcess(pid: number, take: (id: string, seconds: number) => void): void {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    take(`${pid} ${fields[19]}`, (Number(fields[11]) + Number(fields[12])) / 100);
    for (const child of children) eachProcess(Number(child), take);
  } catch {} // it has ended
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** The arguments of a bench, and those after `--`, which are for `twintrack track`. */
export function splitArguments(): [own: string[], track: string[]] {
  const separator = process.argv.indexOf('--', 2);
  if (separator < 0) return [process.argv.slice(2), []];
  return [process.argv.slice(2, separator), process.argv.slice(separator + 1)];
}
