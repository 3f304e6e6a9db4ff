import type { Notice } from '../core/notices.ts';
import { FIGURE_NAMES, type FigureName, type Figures, figures, hotaCurves, type Score } from './score.ts';

/** Name and score of a sequence, or of all of them together, and what is wrong with the files of a sequence. */
export type NamedScore = readonly [name: string, score: Score, notices?: readonly Notice[]];

const ALL_NAMES: readonly FigureName[] = Object.values(FIGURE_NAMES).flat();
/** The figures with decimals; the others are counts. */
const PERCENTAGES = new Set<FigureName>([...FIGURE_NAMES.hota, 'MOTA', 'MOTP', 'IDF1', 'IDP', 'IDR']);

/**
 * One object: under each name its figures, with HOTA's parts at every threshold in `curves`, and `notices` where there are any.
 *
 * @param scores sequences and, last, COMBINED
 */
export function toJson(scores: readonly NamedScore[]): string {
  const entries = scores.map(([name, score, notices = []]) => [
    name,
    {
      ...figures(score),
      ...(score.hota && { curves: hotaCurves(score.hota) }),
      ...(notices.length > 0 && { notices }),
    },
  ]);
  return `${JSON.stringify(Object.fromEntries(entries))}\n`;
}

/** A row a name, the figures at full precision (RFC 4180, with a header). */
export function toCsv(scores: readonly NamedScore[]): string {
  const rows = scores.map(([name, score]) => {
    const values = figures(score);
    return [quoted(name), ...ALL_NAMES.map((figure) => values[figure] ?? '')].join(',');
  });
  return `${[`sequence,${ALL_NAMES.join(',')}`, ...rows].join('\n')}\n`;
}

/**
 * A table for people: percentages to two decimals, a row a sequence, and COMBINED under a rule when there are several.
 * The families stand side by side as far as the width allows, else one below the other.
 *
 * @param scores sequences and, last, COMBINED
 * @param width characters a line
 */
export function toTable(scores: readonly NamedScore[], width: number): string {
  const shown = scores.length === 2 ? scores.slice(0, 1) : scores;
  const rows = shown.map(([name, score]) => [name, figures(score)] as const);
  const names = ['', ...rows.map(([name]) => name)];
  const nameWidth = Math.max(...names.map((name) => name.length));
  const blocks: string[][] = [];
  for (const family of Object.values(FIGURE_NAMES)) {
    const columns = family.map((figure) => column(figure, rows));
    const lines = names.map((_, r) => columns.map((cells) => `  ${cells[r]}`).join(''));
    const last = blocks.at(-1);
    if (last && last[0].length + lines[0].length + 1 <= width)
      blocks[blocks.length - 1] = last.map((line, r) => `${line} ${lines[r]}`);
    else blocks.push(lines.map((line, r) => names[r].padEnd(nameWidth) + line));
  }
  return blocks.map((lines) => `${ruled(lines).join('\n')}\n`).join('\n');
}

function ruled(lines: readonly string[]): readonly string[] {
  return lines.length > 2 ? [...lines.slice(0, -1), '─'.repeat(lines[0].length), ...lines.slice(-1)] : lines;
}

/** Heading and cells of one figure, padded to one width. */
function column(figure: FigureName, rows: readonly (readonly [string, Figures])[]): string[] {
  const cells = rows.map(([, values]) => (values[figure] ?? 0).toFixed(PERCENTAGES.has(figure) ? 2 : 0));
  const size = Math.max(figure.length, ...cells.map((cell) => cell.length));
  return [figure, ...cells].map((cell) => cell.padStart(size));
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
