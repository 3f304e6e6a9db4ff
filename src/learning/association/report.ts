import type { ProbabilityFigures } from '../probability-figures.ts';
import type { LooksFigures } from './appearance-training.ts';
import type { AssociationTraining, CrossValidation, HeldOut } from './train-association.ts';

/** Identifies the file format of a learned association. */
export const ASSOCIATION_SCHEMA = 'twintrack/association';
export const ASSOCIATION_VERSION = 1;

/** The figures of a training as plain JSON: counts and numbers to four digits, no names of sequences, no dates. */
export function trainingFigures(training: AssociationTraining): Record<string, unknown> {
  const { sequences, frames, pairs, positives, looks, crossValidation } = training;
  return {
    sequences,
    frames,
    pairs,
    positives,
    ...(looks && { looks: looksJson(looks) }),
    ...(crossValidation && { leaveOneOut: heldOutFigures(crossValidation) }),
  };
}

function heldOutFigures({ pooled, calibration, importance }: CrossValidation): Record<string, unknown> {
  const pair = ({ auc, logLoss }: HeldOut['learned']) => ({ auc: short(auc), logLoss: short(logLoss) });
  return {
    learned: pair(pooled.learned),
    handSet: pair(pooled.handSet),
    calibration: calibration.map((bin) => ({
      from: bin.from,
      to: bin.to,
      count: bin.count,
      predicted: short(bin.predicted),
      observed: short(bin.observed),
    })),
    importance: Object.fromEntries(importance.map(({ feature, loss }) => [feature, short(loss)])),
  };
}

function looksJson({ pairs, ...figures }: LooksFigures): Record<string, unknown> {
  const rounded = ([name, { auc, logLoss }]: [string, ProbabilityFigures]) =>
    [name, { auc: short(auc), logLoss: short(logLoss) }] as const;
  return { pairs, ...Object.fromEntries(Object.entries(figures).map(rounded)) };
}

/** The model file: the same sequences give the same bytes. */
export function toModelFile(training: AssociationTraining): string {
  const { features, base, trees } = training.model;
  const head = { schema: ASSOCIATION_SCHEMA, version: ASSOCIATION_VERSION, features, base, trees };
  return `${JSON.stringify({ ...head, training: trainingFigures(training) })}\n`;
}

/** What a person reads of a training: tables of plain text, which are Markdown too. */
export function toReport(training: AssociationTraining, names = true): string {
  const { crossValidation: cv, sequences, frames, pairs, positives, looks } = training;
  const learnt = `Learned from ${sequences} ${sequences === 1 ? 'sequence' : 'sequences'}, ${frames} frames: ${pairs} pairs, ${positives} of them one person.`;
  if (!cv)
    return `${learnt}\n\nNo cross-validation: that needs two sequences or more. How well the model does on others is not known.\n`;
  const rows = [...(names && cv.sequences.length > 1 ? cv.sequences : []), cv.pooled];
  return `${[
    learnt,
    `Each sequence scored by a model that did not see it (AUC: higher is better; log-loss: lower):`,
    table(
      ['sequence', 'pairs', 'AUC', 'hand-set', 'log-loss', 'hand-set'],
      rows.map(({ name, pairs: n, learned: l, handSet: h }) => [
        name,
        String(n),
        fixed(l.auc),
        fixed(h.auc),
        fixed(l.logLoss),
        fixed(h.logLoss),
      ]),
    ),
    'Calibration: of the pairs given a probability in this range, how many are one person.',
    table(
      ['probability', 'pairs', 'predicted', 'observed'],
      cv.calibration.map((bin) => [
        `${bin.from.toFixed(1)}–${bin.to.toFixed(1)}`,
        String(bin.count),
        fixed(bin.predicted, 3),
        fixed(bin.observed, 3),
      ]),
    ),
    'Importance: how much the log-loss grows when a feature is shuffled. Features that say the same share theirs.',
    table(
      ['feature', 'log-loss'],
      cv.importance.map(({ feature, loss }) => [feature, `${loss < 0 ? '' : '+'}${fixed(loss)}`]),
    ),
    ...(looks ? looksReport(looks) : []),
  ].join('\n\n')}\n`;
}

function looksReport({ pairs, without, added, learned }: LooksFigures): string[] {
  const row = (name: string, { auc, logLoss }: ProbabilityFigures): string[] => [name, fixed(auc), fixed(logLoss)];
  return [
    `Looks, learned from ${pairs} pairs that have a similarity; those of each sequence scored by a model that saw none of it:`,
    table(
      ['', 'AUC', 'log-loss'],
      [row('without looks', without), row('log-odds of looks added', added), row('learned with looks', learned)],
    ),
  ];
}

/** The model card that stands beside the model file. */
export function toModelCard(training: AssociationTraining): string {
  return `# association.json

Gradient-boosted trees that give the probability that a detection is the same person as a track, from ${training.model.features.length}
features of the pair: relative changes of size and position, overlap with and distance from the predicted box, time unseen,
track length, scores, how crowded the spot is and, where there are pixels, the Siamese similarity.

- ${training.model.trees.length} trees, made by \`twintrack train association\`; the same data gives the same file.
- Meant for \`twintrack track\`: it scores candidate pairs of a frame; it does not identify people.
- It knows people as its training sequences show them: upright, seen by a detector like the one whose boxes it was trained on.

${toReport(training, false)}`;
}

/** A Markdown table with padded cells; the first column to the left, the others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c].length), 3));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join(' | ')} |`;
  const rule = widths.map((width, c) => (c === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

function fixed(value: number, digits = 4): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '–';
}

function short(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toFixed(4)) : null;
}
