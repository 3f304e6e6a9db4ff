import type { Course } from './figures.ts';

const SIDE = 320;
const MARGIN = 48;
const COLOURS = { loss: '#888888', auc: '#0072b2', rank1: '#d55e00', map: '#009e73', roc: '#0072b2' };

/** A point of a plot: both from 0 to 1, y upwards. */
type Point = readonly [x: number, y: number];

/** The course of a training as an SVG picture: loss and scores by epoch, and the receiver operating characteristic of the best one. */
export function toCurves({ epochs, best }: Course): string {
  const highest = Math.max(...epochs.map(({ loss }) => loss));
  const x = (k: number) => (epochs.length > 1 ? k / (epochs.length - 1) : 0.5);
  const line = (key: 'auc' | 'rank1' | 'map') => epochs.map((epoch, k): Point => [x(k), epoch[key]]);
  const left = [
    frame('epoch', ['1', String(epochs.length)]),
    curve(
      epochs.map(({ loss }, k): Point => [x(k), loss / highest]),
      COLOURS.loss,
    ),
    ...(['auc', 'rank1', 'map'] as const).map((key) => curve(line(key), COLOURS[key])),
    legend([
      [`loss (1 = ${highest.toFixed(2)})`, COLOURS.loss],
      ['ROC-AUC', COLOURS.auc],
      ['rank-1', COLOURS.rank1],
      ['mAP', COLOURS.map],
    ]),
  ];
  const title = `best: epoch ${best.epoch}, AUC ${best.auc.toFixed(3)}`;
  const right = [
    frame('share of pairs of two people taken for one', ['0', '1']),
    curve(
      [
        [0, 0],
        [1, 1],
      ],
      '#dddddd',
    ),
    curve(best.roc, COLOURS.roc),
    legend([[title, COLOURS.roc]]),
  ];
  const [width, height] = [2 * (SIDE + MARGIN) + MARGIN, SIDE + 2 * MARGIN];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    `<g transform="translate(${MARGIN},${MARGIN})">${left.join('')}</g>`,
    `<g transform="translate(${SIDE + 2 * MARGIN},${MARGIN})">${right.join('')}</g>`,
    '</svg>\n',
  ].join('\n');
}

function frame(label: string, [first, last]: readonly [string, string]): string {
  const levels = [0, 0.2, 0.4, 0.6, 0.8, 1].map((level) => {
    const y = SIDE * (1 - level);
    return `<path d="M0 ${y}H${SIDE}" stroke="#eeeeee"/><text x="-6" y="${y + 4}" text-anchor="end">${level}</text>`;
  });
  const bottom = SIDE + 16;
  return [
    ...levels,
    `<text x="0" y="${bottom}">${first}</text>`,
    `<text x="${SIDE / 2}" y="${bottom}" text-anchor="middle">${label}</text>`,
    `<text x="${SIDE}" y="${bottom}" text-anchor="end">${last}</text>`,
  ].join('');
}

function curve(points: readonly Point[], colour: string): string {
  const places = points.map(([x, y]) => `${(SIDE * x).toFixed(1)},${(SIDE * (1 - y)).toFixed(1)}`);
  if (places.length === 1) return `<circle cx="${places[0].replace(',', '" cy="')}" r="2" fill="${colour}"/>`;
  return `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
}

function legend(entries: readonly (readonly [text: string, colour: string])[]): string {
  return entries.map(([text, colour], k) => `<text x="${k * 80}" y="-12" fill="${colour}">${text}</text>`).join('');
}
