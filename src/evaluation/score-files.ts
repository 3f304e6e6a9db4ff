import type { Benchmark } from './benchmark.ts';
import { readGroundTruth } from './ground-truth.ts';
import type { NamedScore } from './report.ts';
import { readResults } from './results.ts';
import { combine, evaluateSequence } from './score.ts';
import { findSequences } from './sequences.ts';

/**
 * Scores the results of one or many sequences.
 *
 * @param gt ground truth: a file or folder as `findSequences` knows them
 * @param results likewise
 * @param benchmark preprocessing; by default chosen for each sequence from its ground truth
 * @returns a score a sequence and, last, COMBINED
 * @throws TwintrackError naming the file, line and reason
 */
export async function scoreFiles(gt: string, results: string, benchmark?: Benchmark): Promise<NamedScore[]> {
  const scores: NamedScore[] = [];
  for (const files of await findSequences(gt, results)) {
    const truth = await readGroundTruth(files.gt, { name: files.name, benchmark });
    scores.push([files.name, evaluateSequence(truth, await readResults(files.results))]);
  }
  return [...scores, ['COMBINED', combine(scores.map(([, score]) => score))]];
}
