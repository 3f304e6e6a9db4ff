import { Canvas } from '../src/annotation/canvas.ts';
import { BLACK, type Colour, colourOf, WHITE } from '../src/annotation/colours.ts';
import { Font } from '../src/annotation/font.ts';
import type { IdentifiedBoxes } from '../src/evaluation/index.ts';
import { type MotSequence, peopleIn } from '../src/learning/mot-root.ts';
import { trackingParameters } from '../src/tracking/parameters.ts';
import { encodePng } from '../src/video/encode-stills.ts';
import { i420Layout } from '../src/video/i420.ts';
import type { IdentityError } from './identity-errors.ts';

const HEIGHT = 480;
const MARGIN = 8;
const HEAD = 56;
/** Least and most width of a panel. */
const WIDTHS = [280, 400];
const GROUND: Colour = { y: 30, u: 128, v: 128 };
const GREY: Colour = { y: 110, u: 128, v: 128 };
const AMBER: Colour = { y: 150, u: 60, v: 165 };
/** For detections that the tracker ignores. */
const BROWN: Colour = { y: 80, u: 100, v: 145 };
const SMALL = new Font(12);
const LARGE = new Font(20);
const LEGEND =
  'white and grey: ground truth, A the person before, B after (dashed: no detection)  amber: detections (dark: ignored)  thick: tracks';

/** Left, top, right, bottom. */
type Corners = readonly [number, number, number, number];

/** A part of the source, magnified into a part of the canvas. */
interface Panel {
  readonly canvas: Canvas;
  readonly place: Corners;
  readonly source: Corners;
}

/**
 * Draws what is around an identity error in six panels side by side: one second and 0.3 s before the last box on the old person, this box, the first
 * on the new one, and 0.3 s and one second later.
 *
 * @returns a PNG
 */
export function drawError(sequence: MotSequence, tracks: IdentifiedBoxes, error: IdentityError): Promise<Buffer> {
  const { frames, frameRate, name } = sequence;
  const shown = [
    [error.last, -1],
    [error.last, -0.3],
    [error.last, 0],
    [error.frame, 0],
    [error.frame, 0.3],
    [error.frame, 1],
  ].map(([frame, seconds]) => Math.min(frames.length - 1, Math.max(0, Math.round(frame + seconds * frameRate))));
  const source = regionOf(sequence, error, shown);
  const aspect = (source[2] - source[0]) / (source[3] - source[1]);
  const width = Math.round(Math.min(WIDTHS[1], Math.max(WIDTHS[0], HEIGHT * aspect)));
  const canvas = new Canvas(shown.length * (width + MARGIN) + MARGIN, HEAD + HEIGHT + 3 * MARGIN + LARGE.capHeight);
  const pixels = new Uint8Array(i420Layout(canvas.width, canvas.height).bytes).fill(128);
  canvas.begin(pixels);
  canvas.rectangle(0, 0, canvas.width, canvas.height, BLACK);
  const { kind, track, until } = error;
  const title = `${name}  ${kind}: track ${track} leaves A for B, wrong for ${until - error.frame + 1} frames`;
  text(canvas, LARGE, title, MARGIN, MARGIN, WHITE);
  text(canvas, LARGE, LEGEND, MARGIN, canvas.height - MARGIN - LARGE.capHeight, GREY);
  shown.forEach((frame, i) => {
    const left = MARGIN + i * (width + MARGIN);
    const seconds = (frame - error.frame) / frameRate;
    const caption = `frame ${frame + 1}  ${seconds < 0 ? '-' : '+'}${Math.abs(seconds).toFixed(2)} s`;
    text(canvas, LARGE, caption, left, HEAD - MARGIN - LARGE.capHeight, WHITE);
    const panel = { canvas, place: [left, HEAD, left + width, HEAD + HEIGHT] as Corners, source };
    canvas.rectangle(...panel.place, GROUND);
    drawFrame(panel, sequence, tracks, error, frame);
  });
  return encodePng(pixels, { width: canvas.width, height: canvas.height, format: 'i420' });
}

function drawFrame(
  panel: Panel,
  { frames, truth }: MotSequence,
  tracks: IdentifiedBoxes,
  error: IdentityError,
  frame: number,
): void {
  const { detections, identities } = frames[frame];
  const { lowScore } = trackingParameters.parse({});
  for (let j = 0; j < detections.length; j++) {
    const used = detections.scores[j] >= lowScore;
    const [left, , , bottom] = outline(panel, detections.boxes, j, used ? AMBER : BROWN, 1);
    if (used) label(panel, SMALL, detections.scores[j].toFixed(2), left + 2, bottom - 10, AMBER);
  }
  const [boxes, ids] = peopleIn(truth, frame);
  ids.forEach((id, i) => {
    const letter = id === error.from ? 'A' : id === error.to ? 'B' : '';
    const colour = letter ? WHITE : GREY;
    const [, top, right, bottom] = outline(panel, boxes, i, colour, 1, !identities.includes(id));
    label(panel, LARGE, letter, right - 14, letter === 'A' ? top + 4 : bottom - 18, colour);
  });
  for (const [row, at] of tracks.frames.entries()) {
    if (at !== frame) continue;
    const [left, top] = outline(panel, tracks.boxes, row, colourOf(tracks.ids[row]), 3);
    label(panel, LARGE, String(tracks.ids[row]), left + 6, top + 6, colourOf(tracks.ids[row]));
  }
}

/** What to show: both people in all these frames, and around them as much again, in the form that a panel may have. */
function regionOf({ truth }: MotSequence, { from, to }: IdentityError, shown: readonly number[]): Corners {
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0];
  for (const [boxes, ids] of shown.map((frame) => peopleIn(truth, frame)))
    for (const [i, id] of ids.entries()) {
      if (id !== from && id !== to) continue;
      const [x, y, w, h] = boxes.subarray(4 * i, 4 * i + 4);
      [left, top, right, bottom] = [
        Math.min(left, x),
        Math.min(top, y),
        Math.max(right, x + w),
        Math.max(bottom, y + h),
      ];
    }
  const height = Math.max(1.3 * (bottom - top), (1.3 * (right - left) * HEIGHT) / WIDTHS[1]);
  const width = Math.max(1.3 * (right - left), (height * WIDTHS[0]) / HEIGHT);
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
}

/** The outline of a box, its inside left as it is; where it is on the canvas. */
function outline(
  panel: Panel,
  boxes: Float64Array,
  row: number,
  colour: Colour,
  thick: number,
  dashed = false,
): Corners {
  const { place, source } = panel;
  const scale = (place[2] - place[0]) / (source[2] - source[0]);
  const [x, y, w, h] = boxes.subarray(4 * row, 4 * row + 4);
  const across = [x, x + w].map((value) => Math.round(place[0] + scale * (value - source[0])));
  const down = [y, y + h].map((value) => Math.round(place[1] + scale * (value - source[1])));
  const step = dashed ? 12 : Number.POSITIVE_INFINITY;
  for (const at of across)
    for (let from = down[0]; from < down[1]; from += step)
      fill(panel, [at, from, at + thick, Math.min(from + step / 2, down[1])], colour);
  for (const at of down)
    for (let from = across[0]; from < across[1] + thick; from += step)
      fill(panel, [from, at, Math.min(from + step / 2, across[1] + thick), at + thick], colour);
  return [across[0], down[0], across[1], down[1]];
}

function fill({ canvas, place }: Panel, [left, top, right, bottom]: Corners, colour: Colour): void {
  canvas.rectangle(
    Math.max(left, place[0]),
    Math.max(top, place[1]),
    Math.min(right, place[2]),
    Math.min(bottom, place[3]),
    colour,
  );
}

function label({ canvas, place }: Panel, font: Font, what: string, left: number, top: number, colour: Colour): void {
  const inside =
    left >= place[0] && left + font.width(what) <= place[2] && top >= place[1] && top + font.capHeight <= place[3];
  if (inside) text(canvas, font, what, left, top, colour);
}

function text(canvas: Canvas, font: Font, what: string, left: number, top: number, colour: Colour): void {
  font.draw(canvas, what, left, top);
  canvas.paint(colour);
}
