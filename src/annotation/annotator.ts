import type { Areas } from '../analytics/areas.ts';
import { ZoneCounter } from '../analytics/zone-counter.ts';
import type { Boxes } from '../core/geometry.ts';
import { parseSection } from '../core/schema.ts';
import { people } from '../core/text.ts';
import { type PeopleFrame, type TrackedFrame, toTrackedFrame } from '../core/tracked-frame.ts';
import { AreaOverlay } from './area-overlay.ts';
import { Canvas } from './canvas.ts';
import { BLACK, colourOf, WHITE } from './colours.ts';
import { Font } from './font.ts';
import { type AnnotationParameters, annotationParameters } from './parameters.ts';
import { pixelate } from './pixelate.ts';
import { Trails } from './trails.ts';

/** What an annotator draws on, and how. */
export interface AnnotatorOptions extends Partial<AnnotationParameters> {
  /** Size of the pictures in pixels. */
  readonly width: number;
  readonly height: number;
  /** Makes people unrecognisable. */
  readonly anonymize?: boolean;
  /** Zones, lines and ignore areas to draw, with running counts; or who counts at them already, where not all frames are drawn. */
  readonly areas?: Areas | ZoneCounter;
  /** What the caption says, in parts of which as many are shown as there is room for; default time, people and frame number. */
  readonly caption?: (frame: TrackedFrame) => readonly string[];
}

/**
 * Draws tracked people into I420 pictures: a box and id in the person's colour (dashed where predicted), the way they came,
 * zones and lines with what was counted at them, ignore areas, and a caption with time, frame number, people now and people so far. Lines
 * and text grow with the picture. Keeps the trails and counts, so it wants the frames of one video in order.
 *
 * @example
 * import { track } from 'twintrack';
 * import { Annotator } from 'twintrack/annotation';
 * import { openVideoWriter } from 'twintrack/video';
 *
 * const writer = await openVideoWriter('annotated.mp4', { width: 768, height: 576 });
 * const annotator = new Annotator({ width: 768, height: 576, anonymize: true });
 * for await (const frame of track('street.mp4', { pictures: true })) {
 *   const { i420 } = frame.picture!;
 *   annotator.draw(i420, frame);
 *   await writer.write(i420, frame.time);
 * }
 * await writer.close();
 */
export class Annotator {
  private readonly canvas: Canvas;
  private readonly font: Font;
  private readonly trails: Trails;
  /** Counts at the zones and lines, for a video whose counts come from nowhere else. */
  private readonly counter: ZoneCounter | undefined;
  private readonly overlay: AreaOverlay | undefined;
  private readonly seen = new IdSet();
  private readonly padding: number | undefined;
  private readonly caption: (frame: TrackedFrame) => readonly string[];
  /** Width of lines in pixels. */
  private readonly stroke: number;

  /** @throws TwintrackError when a parameter is unknown or out of its range */
  constructor({ width, height, anonymize, areas, caption, ...parameters }: AnnotatorOptions) {
    const { trailSeconds, anonymizePadding } = parseSection(annotationParameters, parameters, 'annotation');
    const shorter = Math.min(width, height);
    this.canvas = new Canvas(width, height);
    this.font = new Font(Math.max(1, Math.round(shorter / 320)));
    this.stroke = Math.max(1, Math.ceil(shorter / 320));
    this.trails = new Trails(trailSeconds);
    const counted = areas instanceof ZoneCounter;
    this.counter = areas && !counted ? new ZoneCounter(areas) : undefined;
    const counter = counted ? areas : this.counter;
    this.overlay = counter && new AreaOverlay(counter, this.stroke);
    this.padding = anonymize ? anonymizePadding : undefined;
    this.caption = caption ?? ((frame) => this.progress(frame));
  }

  /**
   * Draws one frame in place.
   *
   * @param pixels the picture as I420 (see `Frame.pixels`)
   * @param people who is where in it, as `track()` yields it, or columns; a box that is no box (not a number) is left out
   * @param others boxes to pixelate besides, n × 4: people who are seen but not (yet) tracked
   * @throws RangeError when the picture is not of the annotator's size
   */
  draw(pixels: Uint8Array, people: TrackedFrame | PeopleFrame, others?: Boxes): void {
    const frame = 'people' in people ? toTrackedFrame(people) : people;
    const { canvas, stroke } = this;
    const { width, height } = canvas;
    canvas.begin(pixels);
    if (this.padding !== undefined) {
      pixelate(pixels, width, height, frame.boxes, frame.length, this.padding);
      if (others) pixelate(pixels, width, height, others, others.length / 4, this.padding);
    }
    this.counter?.update(frame);
    this.overlay?.drawOutlines(canvas);
    this.trails.add(frame);
    this.trails.draw(canvas, frame.time, 0.7 * stroke);
    const order = nearestLast(frame);
    for (const i of order) this.drawBox(frame, i);
    for (const i of order) this.drawLabel(frame, i);
    this.overlay?.drawLabels(canvas, this.font);
    this.drawCaption(frame);
  }

  private drawBox(frame: TrackedFrame, i: number): void {
    const [left, top, right, bottom] = this.edges(frame.boxes, i);
    const { canvas, stroke } = this;
    const colour = colourOf(frame.ids[i]);
    const horizontal = (x0: number, x1: number) => {
      canvas.rectangle(x0, top, x1, top + stroke, colour);
      canvas.rectangle(x0, bottom - stroke, x1, bottom, colour);
    };
    const vertical = (y0: number, y1: number) => {
      canvas.rectangle(left, y0, left + stroke, y1, colour);
      canvas.rectangle(right - stroke, y0, right, y1, colour);
    };
    if (frame.detected[i]) {
      horizontal(left, right);
      vertical(top + stroke, bottom - stroke);
    } else {
      const period = 6 * stroke;
      for (let x = left; x < right; x += period) horizontal(x, Math.min(x + period / 2, right));
      for (let y = top; y < bottom; y += period) vertical(y, Math.min(y + period / 2, bottom));
    }
  }

  private drawLabel(frame: TrackedFrame, i: number): void {
    const { canvas, font, stroke } = this;
    const [boxLeft, boxTop, boxRight, boxBottom] = this.edges(frame.boxes, i);
    if (boxRight < 0 || boxLeft > canvas.width || boxBottom < 0 || boxTop > canvas.height) return;
    const text = String(frame.ids[i]);
    const margin = 2 * font.scale;
    const width = font.width(text) + 2 * margin;
    const height = font.capHeight + 2 * margin;
    // On top of the box, or inside it at the upper edge of the picture.
    const left = Math.max(0, Math.min(boxLeft, canvas.width - width));
    const top = boxTop + stroke >= height ? boxTop + stroke - height : Math.max(0, boxTop);
    canvas.rectangle(left, top, left + width, top + height, colourOf(frame.ids[i]));
    font.draw(canvas, text, left + margin, top + margin);
    canvas.paint(BLACK);
  }

  private drawCaption(frame: TrackedFrame): void {
    const { canvas, font } = this;
    const margin = 3 * font.scale;
    let text = '';
    for (const part of this.caption(frame)) {
      const longer = text === '' ? part : `${text}  ${part}`;
      if (text !== '' && font.width(longer) + 2 * margin > canvas.width) break;
      text = longer;
    }
    canvas.rectangle(0, 0, font.width(text) + 2 * margin, font.capHeight + 2 * margin + font.scale, BLACK, 0.6);
    font.draw(canvas, text, margin, margin);
    canvas.paint(WHITE);
  }

  /** The caption of a video: time, people now and so far, frame number. */
  private progress({ ids, length, time, index }: TrackedFrame): string[] {
    for (let i = 0; i < length; i++) this.seen.add(ids[i]);
    return [clock(time), people(length), `${this.seen.size} so far`, `frame ${index}`];
  }

  /** The edges of a box on the pixel grid, at most a little outside of the picture; an empty box far away for one that is none. */
  private edges(boxes: Boxes, i: number): [left: number, top: number, right: number, bottom: number] {
    const [x, y, w, h] = boxes.subarray(4 * i, 4 * i + 4);
    if (!Number.isFinite(x + y + w + h)) return [-1e6, -1e6, -1e6, -1e6];
    const margin = 12 * this.stroke;
    const within = (value: number, end: number) => Math.round(Math.min(Math.max(value, -margin), end + margin));
    const { width, height } = this.canvas;
    return [within(x, width), within(y, height), within(x + w, width), within(y + h, height)];
  }
}

/** Row numbers by the lower edge of the box, so that people in front are drawn over those behind. */
function nearestLast({ boxes, length }: TrackedFrame): number[] {
  const bottom = (i: number) => boxes[4 * i + 1] + boxes[4 * i + 3];
  return Array.from({ length }, (_, i) => i).sort((a, b) => bottom(a) - bottom(b) || a - b);
}

/** Time as h:mm:ss.s. */
function clock(time: number): string {
  const tenths = Math.max(0, Math.floor(time * 10 + 1e-6)) || 0;
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
  return `${Math.floor(tenths / 36000)}:${two((tenths / 600) % 60)}:${two((tenths / 10) % 60)}.${tenths % 10}`;
}

/** A set of ids in a bit each where they are dense, as those of a long run are. */
class IdSet {
  size = 0;
  private readonly words = new Map<number, number>();

  add(id: number): void {
    const word = this.words.get(id >> 5) ?? 0;
    const bit = 1 << (id & 31);
    if (word & bit) return;
    this.words.set(id >> 5, word | bit);
    this.size++;
  }
}
