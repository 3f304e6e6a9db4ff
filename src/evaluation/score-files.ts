import type { Notice, NoticeSink } from '../core/notices.ts';
import type { Benchmark } from './benchmark.ts';
import { pictureSize, readGroundTruth } from './ground-truth.ts';
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
 * @param onNotice takes what is wrong with a file and does not keep it from being read
 * @returns a score a sequence and, last, COMBINED
 * @throws TwintrackError naming the file, line and reason
 */
export async function scoreFiles(
  gt: string,
  results: string,
  benchmark?: Benchmark,
  onNotice?: NoticeSink,
): Promise<NamedScore[]> {
  const scores: NamedScore[] = [];
  for (const files of await findSequences(gt, results)) {
    const notices: Notice[] = [];
    const take: NoticeSink = (notice) => {
      notices.push(notice);
      onNotice?.(notice);
    };
    const truth = await readGroundTruth(files.gt, { name: files.name, benchmark, onNotice: take });
    const video = { frames: truth.rows.frames, size: pictureSize(files.gt), of: 'ground truth' } as const;
    const boxes = await readResults(files.results, { video, onNotice: take });
    scores.push([files.name, evaluateSequence(truth, boxes), notices]);
  }
  return [...scores, ['COMBINED', combine(scores.map(([, score]) => score))]];
}
