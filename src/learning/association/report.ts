import type { ProbabilityFigures } from '../probability-figures.ts';
import type { AppearanceFigures } from './appearance-training.ts';
import type { CrossValidation, HeldOut } from './cross-validation.ts';
import type { AssociationTraining } from './train-association.ts';

/** Schema of the file of a learned association. */
const SCHEMA = 'twintrack/association';
/** Version 2 has the key `appearance` in `training`; nothing else differs from version 1. */
const VERSION = 2;

/** The figures of a training as plain JSON, numbers to four digits; no names of sequences, no dates. */
export function trainingFigures(training: AssociationTraining): Record<string, unknown> {
  const { sequences, frames, pairs, positives, appearance, crossValidation } = training;
  return {
    sequences,
    frames,
    pairs,
    positives,
    ...(appearance && { appearance: appearanceJson(appearance) }),
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

function appearanceJson({ pairs, ...figures }: AppearanceFigures): Record<string, unknown> {
  const rounded = ([name, { auc, logLoss }]: [string, ProbabilityFigures]) =>
    [name, { auc: short(auc), logLoss: short(logLoss) }] as const;
  return { pairs, ...Object.fromEntries(Object.entries(figures).map(rounded)) };
}

/** The model file: the same sequences give the same bytes. */
export function toModelFile(training: AssociationTraining): string {
  const { features, base, trees } = training.model;
  const head = { schema: SCHEMA, version: VERSION, features, base, trees };
  return `${JSON.stringify({ ...head, training: trainingFigures(training) })}\n`;
}

/**
 * The figures of a training in tables of plain text, which are Markdown too.
 *
 * @param names whether the figures of each sequence stand there with its name
 */
export function toReport(training: AssociationTraining, names = true): string {
  const { crossValidation: cv, sequences, frames, pairs, positives, appearance } = training;
  const learnt = `Learned from ${sequences} ${sequences === 1 ? 'sequence' : 'sequences'}, ${frames} frames: ${pairs} pairs, ${positives} of them one person.`;
  if (!cv)
    return `${learnt}\n\nNo cross-validation: it needs two sequences or more. The accuracy on other sequences is not known.\n`;
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
    'Importance: how much the log-loss grows when a feature is shuffled. Features with the same information share it.',
    table(
      ['feature', 'log-loss'],
      cv.importance.map(({ feature, loss }) => [feature, `${loss < 0 ? '' : '+'}${fixed(loss)}`]),
    ),
    ...(appearance ? appearanceReport(appearance) : []),
  ].join('\n\n')}\n`;
}

function appearanceReport({ pairs, without, added, learned }: AppearanceFigures): string[] {
  const row = (name: string, { auc, logLoss }: ProbabilityFigures): string[] => [name, fixed(auc), fixed(logLoss)];
  return [
    `Appearance, learned from ${pairs} pairs that have a similarity; each sequence scored by a model that did not see it:`,
    table(
      ['', 'AUC', 'log-loss'],
      [
        row('without appearance', without),
        row('log-odds of the similarity added', added),
        row('learned with appearance', learned),
      ],
    ),
  ];
}

/** The model card that stands beside the model file. */
export function toModelCard(training: AssociationTraining): string {
  return `# association.json

Gradient-boosted trees that give the probability that a detection is the same person as a track, from ${training.model.features.length}
features of the pair: relative changes of size and position, overlap with and distance from the predicted box, time since the
last detection, track length, scores, overlap with other people and, where there are pictures, the Siamese similarity.

- ${training.model.trees.length} trees, made by \`twintrack train association\`; the same data gives the same file.
- Meant for \`twintrack track\`: it scores candidate pairs of a frame; it does not identify people.
- It is made for people as its training sequences show them: upright, found by a detector like the one whose boxes it was trained on.

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
