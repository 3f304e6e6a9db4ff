import { relative } from 'node:path';
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';

/** Prints at the end of a run which tests were skipped and why, one line for each. */
export default class SkippedReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId);
      for (const test of module.children.allTests('skipped')) {
        const reason = reasonOf(test);
        // with -t, all other tests are skipped as well
        if (reason || !this.#vitest?.config.testNamePattern)
          this.#vitest?.logger.log(`skipped: ${file} > ${test.fullName}: ${reason ?? 'no reason is given'}`);
      }
    }
  }
}

function reasonOf(test: TestCase): string | undefined {
  const result = test.result();
  const { needs } = test.meta();
  return ('note' in result && result.note) || (needs && `needs ${needs}`);
}
