import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { redact } from '../core/errors.ts';
import type { JobProgress } from './job-data.ts';
import type { Task, TaskResult } from './run-task.ts';
import type { Report } from './task-process.ts';

/** So many of the last lines are kept of a task. */
const LINES = 20;

interface Running {
  readonly resolve: (result: TaskResult) => void;
  readonly reject: (reason: unknown) => void;
  readonly onProgress: (progress: JobProgress) => void;
}

/**
 * Does tasks in a process of its own, so that whatever they do neither blocks this one nor ends it. The process stays for the next task, unless
 * it was killed.
 */
export class TaskRunner {
  #child: ChildProcess | undefined;
  #running: Running | undefined;
  #reason: unknown;
  /** What the last task has said, line by line. */
  lines: string[] = [];

  /** @throws what went wrong in it, or the reason of `kill` */
  run(task: Task, onProgress: (progress: JobProgress) => void): Promise<TaskResult> {
    this.lines = [];
    this.#reason = undefined;
    this.#child ??= this.#start();
    const child = this.#child;
    return new Promise<TaskResult>((resolve, reject) => {
      this.#running = { resolve, reject, onProgress };
      child.send(task, (error) => error && this.kill(new Error('the process that works has ended')));
    });
  }

  /** Ends the task in hand at once, with all that it has started. @param reason what `run` throws then */
  kill(reason: unknown): void {
    this.#reason ??= reason;
    const { pid } = this.#child ?? {};
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      this.#child?.kill('SIGKILL');
    }
  }

  #start(): ChildProcess {
    const entry = fileURLToPath(new URL(`./task-process${extname(import.meta.url)}`, import.meta.url));
    // a group of its own, so that a Ctrl-C does not end the ffmpeg of a part that is to be finished
    const child = fork(entry, [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true });
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#say(line));
    child.on('message', (report: Report) => this.#take(report));
    child.on('error', (error) => this.#end((running) => running.reject(error)));
    child.once('close', (code, signal) => {
      if (this.#child === child) this.#child = undefined;
      const ended = `the process that worked on it ended with ${signal ?? `exit code ${code}`}`;
      this.#end((running) => running.reject(this.#reason ?? new Error(ended)));
    });
    return child;
  }

  #take(report: Report): void {
    if ('progress' in report) this.#running?.onProgress(report.progress);
    else if ('notice' in report) this.#say(report.notice);
    else if (this.#reason !== undefined)
      return; // it is being killed
    else if ('done' in report) this.#end((running) => running.resolve(report.done));
    else this.#end((running) => running.reject(new Error(report.error)));
  }

  #end(how: (running: Running) => void): void {
    const running = this.#running;
    this.#running = undefined;
    if (running) how(running);
  }

  #say(line: string): void {
    this.lines.push(redact(line));
    if (this.lines.length > LINES) this.lines.shift();
  }
}
