import type { Canvas } from './canvas.ts';
import type { Colour } from './colours.ts';
import type { AnnotationParameters } from './parameters.ts';

/** Straight pieces of an ellipse, and those of them that stand behind the person, who hides them. */
const PIECES = 32;
const BEHIND_FROM = 20;
const BEHIND_TO = 28;

/** Draws how a person is marked, by the edges of their box in whole pixels; otherwise where the box is only predicted. */
export type DrawMark = (
  canvas: Canvas,
  left: number,
  top: number,
  right: number,
  bottom: number,
  colour: Colour,
  detected: boolean,
) => void;

/** How people are marked in a style. @param stroke width of lines in pixels */
export function markOf(style: AnnotationParameters['style'], stroke: number): DrawMark {
  if (style === 'corners')
    return (canvas, left, top, right, bottom, colour, detected) => {
      const arm = Math.min(right - left, bottom - top) / (detected ? 3 : 8);
      const thick = Math.ceil(1.5 * stroke);
      drawCorners(canvas, left, top, right, bottom, Math.max(thick, Math.round(arm)), thick, colour);
    };
  if (style === 'ellipse')
    return (canvas, left, top, right, bottom, colour, detected) =>
      drawEllipse(canvas, (left + right) / 2, bottom, right - left, bottom - top, stroke, colour, detected);
  if (style === 'dot')
    return (canvas, left, _, right, bottom, colour, detected) =>
      drawDot(canvas, (left + right) / 2, bottom - stroke, stroke, colour, detected);
  return (canvas, left, top, right, bottom, colour, detected) =>
    drawBox(canvas, left, top, right, bottom, stroke, colour, detected);
}

/** Lines just inside the edges, dashed where predicted. */
function drawBox(
  canvas: Canvas,
  left: number,
  top: number,
  right: number,
  bottom: number,
  stroke: number,
  colour: Colour,
  detected: boolean,
): void {
  const horizontal = (x0: number, x1: number) => {
    canvas.rectangle(x0, top, x1, top + stroke, colour);
    canvas.rectangle(x0, bottom - stroke, x1, bottom, colour);
  };
  const vertical = (y0: number, y1: number) => {
    canvas.rectangle(left, y0, left + stroke, y1, colour);
    canvas.rectangle(right - stroke, y0, right, y1, colour);
  };
  if (detected) {
    horizontal(left, right);
    vertical(top + stroke, bottom - stroke);
    return;
  }
  const period = 6 * stroke;
  for (let x = left; x < right; x += period) horizontal(x, Math.min(x + period / 2, right));
  for (let y = top; y < bottom; y += period) vertical(y, Math.min(y + period / 2, bottom));
}

/** The corners of a box, with arms of this length. */
function drawCorners(
  canvas: Canvas,
  left: number,
  top: number,
  right: number,
  bottom: number,
  arm: number,
  stroke: number,
  colour: Colour,
): void {
  for (const y of [top, bottom - stroke]) {
    canvas.rectangle(left, y, Math.min(left + arm, right), y + stroke, colour);
    canvas.rectangle(Math.max(right - arm, left), y, right, y + stroke, colour);
  }
  for (const x of [left, right - stroke]) {
    canvas.rectangle(x, top + stroke, x + stroke, Math.min(top + arm, bottom), colour);
    canvas.rectangle(x, Math.max(bottom - arm, top + stroke), x + stroke, bottom - stroke, colour);
  }
}

/** A ring on the ground around the feet, open behind the person; in pieces where predicted. */
function drawEllipse(
  canvas: Canvas,
  x: number,
  y: number,
  width: number,
  height: number,
  stroke: number,
  colour: Colour,
  detected: boolean,
): void {
  // a box that is cut off or lies down is as wide as a person of its height at most
  const across = 0.55 * Math.min(width, 0.6 * height);
  const along = 0.3 * across;
  for (let k = 0; k < PIECES; k++) {
    if ((k >= BEHIND_FROM && k < BEHIND_TO) || (!detected && k % 2 === 1)) continue;
    const [from, to] = [(2 * Math.PI * k) / PIECES, (2 * Math.PI * (k + 1)) / PIECES];
    const [x0, y0] = [x + across * Math.cos(from), y + along * Math.sin(from)];
    canvas.line(x0, y0, x + across * Math.cos(to), y + along * Math.sin(to), 0.7 * stroke);
  }
  canvas.paint(colour);
}

/** A disc at the feet, a ring where predicted. */
function drawDot(canvas: Canvas, x: number, y: number, stroke: number, colour: Colour, detected: boolean): void {
  const radius = 2.5 * stroke;
  if (detected) canvas.line(x, y, x, y, radius + stroke / 2);
  else
    for (let k = 0; k < PIECES; k++) {
      const [from, to] = [(2 * Math.PI * k) / PIECES, (2 * Math.PI * (k + 1)) / PIECES];
      const [x0, y0] = [x + radius * Math.cos(from), y + radius * Math.sin(from)];
      canvas.line(x0, y0, x + radius * Math.cos(to), y + radius * Math.sin(to), stroke / 2);
    }
  canvas.paint(colour);
}
