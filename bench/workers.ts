import { type ChildProcess, fork } from 'node:child_process';

/** Processes that each work off one job at a time: what a job answers is the next message of the process. */
export class Workers {
  private readonly processes: readonly ChildProcess[];

  constructor(script: URL, args: readonly string[], count: number) {
    this.processes = Array.from({ length: count }, () => fork(script, args, { serialization: 'advanced' }));
  }

  /** The answers to jobs, in their order. */
  async run<Answer>(jobs: readonly object[]): Promise<Answer[]> {
    const answers: Answer[] = [];
    let next = 0;
    const work = async (child: ChildProcess): Promise<void> => {
      while (next < jobs.length) {
        const job = next++;
        answers[job] = await ask<Answer>(child, jobs[job]);
        process.stderr.write('.');
      }
    };
    await Promise.all(this.processes.map(work));
    return answers;
  }

  end(): void {
    for (const child of this.processes) child.disconnect();
    process.stderr.write('\n');
  }
}

function ask<Answer>(child: ChildProcess, job: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null): void => reject(new Error(`a worker ended with ${code}`));
    child.once('exit', failed);
    child.once('message', (answer) => {
      child.off('exit', failed);
      resolve(answer as Answer);
    });
    child.send(job);
  });
}
