import type { Areas } from '../analytics/areas.ts';
import type { GroundPlane } from '../analytics/ground.ts';
import { ZoneCounter } from '../analytics/zone-counter.ts';
import { withRoom } from '../core/columns.ts';
import type { Boxes } from '../core/geometry.ts';
import { IdSet } from '../core/id-set.ts';
import { parseSection } from '../core/schema.ts';
import { people } from '../core/text.ts';
import { type PeopleFrame, type TrackedFrame, toTrackedFrame } from '../core/tracked-frame.ts';
import { type Anonymize, blur, pixelate } from './anonymize.ts';
import { AreaOverlay } from './area-overlay.ts';
import { Canvas } from './canvas.ts';
import { Chips } from './chips.ts';
import { BLACK, colourOf, WHITE } from './colours.ts';
import { Font } from './font.ts';
import { HeatOverlay } from './heat-overlay.ts';
import { LabelLayout } from './label-layout.ts';
import { LabelText } from './label-text.ts';
import { type DrawMark, markOf } from './marks.ts';
import { GROUND_OPACITY, Panel } from './panel.ts';
import { type AnnotationParameters, annotationParameters } from './parameters.ts';
import { Trails } from './trails.ts';

/** Pixels of an em of the smallest text. */
const LEAST_TEXT = 12;
const STILL: readonly [x: number, y: number] = [0, 0];

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
  /** The name of a person, where it is known, for labels that show it. */
  readonly names?: ((id: number) => string | undefined) | undefined;
  /** The ground, for labels that show the speed. */
  readonly ground?: Pick<GroundPlane, 'toGround'> | undefined;
}

/**
 * Draws tracked people into I420 pictures: a mark and a label in the person's colour (dashed where predicted), the way they came,
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
  private readonly chips: Chips;
  private readonly heat: HeatOverlay | undefined;
  private readonly trails: Trails;
  /** Counts at the zones and lines, for a video whose counts come from nowhere else. */
  private readonly counter: ZoneCounter | undefined;
  private readonly overlay: AreaOverlay | undefined;
  private readonly panel: Panel | undefined;
  private readonly seen = new IdSet();
  /** Makes people unrecognisable, where that is asked for. */
  private readonly hide: Anonymize | undefined;
  private readonly padding: number;
  private readonly caption: ((frame: TrackedFrame) => readonly string[]) | undefined;
  private readonly mark: DrawMark;
  private readonly text: LabelText;
  private readonly layout: LabelLayout;
  /** Width of lines in pixels. */
  private readonly stroke: number;
  /** By row of the frame: corners of the boxes on the pixel grid, labels and their widths. */
  private edges = new Int32Array(256);
  private widths = new Int32Array(64);
  private texts: string[] = [];

  /** @throws TwintrackError when a parameter is unknown or out of its range */
  constructor({ width, height, anonymize, areas, caption, names, ground, ...parameters }: AnnotatorOptions) {
    const { style, label, panel, heatMap, trailSeconds, anonymizeBy, anonymizePadding } = parseSection(
      annotationParameters,
      parameters,
      'annotation',
    );
    const shorter = Math.min(width, height);
    this.canvas = new Canvas(width, height);
    this.chips = new Chips(new Font(Math.max(LEAST_TEXT, Math.round(shorter / 42))));
    this.stroke = Math.max(1, Math.round(shorter / 450 + 0.75));
    this.heat = heatMap ? new HeatOverlay(width, height) : undefined;
    this.trails = new Trails(trailSeconds);
    const counted = areas instanceof ZoneCounter;
    this.counter = areas && !counted ? new ZoneCounter(areas) : undefined;
    const counter = counted ? areas : this.counter;
    this.overlay = counter && new AreaOverlay(counter, this.stroke, !panel);
    this.panel = panel ? new Panel(this.chips, counter) : undefined;
    this.hide = anonymize ? { pixels: pixelate, blur }[anonymizeBy] : undefined;
    this.padding = anonymizePadding;
    this.caption = caption;
    this.mark = markOf(style, this.stroke);
    this.text = new LabelText(label, { names, ground, counter });
    this.layout = new LabelLayout(width, height, this.chips.height, 2 * this.stroke, style === 'box');
  }

  /**
   * Draws one frame in place.
   *
   * @param pixels the picture as I420 (see `Frame.pixels`)
   * @param people who is where in it, as `track()` yields it, or columns; a box that is no box (not a number) is left out
   * @param others boxes to anonymize besides, n × 4: people who are seen but not (yet) tracked
   * @param origin how far the picture has moved since the first frame, x and y in pixels, as `track()` yields it: trails stay where they
   *   are on the ground when the camera turns
   * @throws RangeError when the picture is not of the annotator's size
   */
  draw(pixels: Uint8Array, people: TrackedFrame | PeopleFrame, others?: Boxes, origin = STILL): void {
    const frame = 'people' in people ? toTrackedFrame(people) : people;
    const { canvas, layout, overlay, chips } = this;
    canvas.begin(pixels);
    this.hide?.(pixels, canvas.width, canvas.height, frame.boxes, frame.length, this.padding);
    if (others) this.hide?.(pixels, canvas.width, canvas.height, others, others.length / 4, this.padding);
    this.counter?.update(frame);
    this.text.update(frame);
    this.heat?.update(frame);
    this.heat?.draw(pixels);
    overlay?.drawOutlines(canvas);
    this.trails.add(frame, origin);
    this.trails.draw(canvas, frame.time, 0.7 * this.stroke, origin);
    this.measure(frame);
    layout.begin();
    const caption = this.layCaption(frame);
    const panelLeft = this.layPanel(frame);
    overlay?.layLabels(canvas, chips, layout);
    layout.place(frame.ids, this.edges, this.widths, frame.length, frame.time);
    const order = nearestLast(frame);
    for (const i of order) this.drawMark(frame, i);
    for (const i of order) this.drawLabel(frame, i);
    overlay?.drawLabels(canvas, chips, layout);
    if (caption !== '') chips.draw(canvas, caption, this.margin, this.margin, WHITE, BLACK, GROUND_OPACITY);
    this.panel?.draw(canvas, panelLeft, this.margin);
  }

  /** Pixels between captions and the edge of the picture. */
  private get margin(): number {
    return 2 * this.stroke;
  }

  /** Computes the edges, texts and widths of the frame. */
  private measure(frame: TrackedFrame): void {
    const { length } = frame;
    this.edges = withRoom(this.edges, 4 * length);
    this.widths = withRoom(this.widths, length);
    const { edges, widths, texts, canvas } = this;
    for (let i = 0; i < length; i++) {
      this.setEdges(frame.boxes, i);
      const isOutside =
        edges[4 * i + 2] < 0 || edges[4 * i] > canvas.width || edges[4 * i + 3] < 0 || edges[4 * i + 1] > canvas.height;
      texts[i] = isOutside ? '' : this.text.of(frame, i);
      widths[i] = texts[i] === '' ? 0 : this.chips.width(texts[i]);
    }
  }

  private drawMark({ ids, detected }: TrackedFrame, i: number): void {
    const { canvas, edges } = this;
    const [left, top, right, bottom] = [edges[4 * i], edges[4 * i + 1], edges[4 * i + 2], edges[4 * i + 3]];
    this.mark(canvas, left, top, right, bottom, colourOf(ids[i]), detected[i] === 1);
  }

  private drawLabel({ ids }: TrackedFrame, i: number): void {
    const { canvas, chips, layout, edges } = this;
    const width = this.widths[i];
    if (width === 0) return;
    const [left, top] = [layout.lefts[i], layout.tops[i]];
    const colour = colourOf(ids[i]);
    // a line leads from a label that is away from its box
    const [middle, boxMiddle] = [left + width / 2, (edges[4 * i] + edges[4 * i + 2]) / 2];
    const [boxTop, boxBottom] = [edges[4 * i + 1], edges[4 * i + 3]];
    const isAbove = boxTop - (top + chips.height) > chips.height / 2;
    if (isAbove || top - boxBottom > chips.height / 2) {
      const [from, to] = isAbove ? [top + chips.height - 1, boxTop] : [top + 1, boxBottom];
      canvas.line(middle, from, boxMiddle, to, this.stroke / 2);
      canvas.paint(colour);
    }
    chips.draw(canvas, this.texts[i], left, top, BLACK, colour, 1);
  }

  /** The caption of the frame, with as many parts as there is room for; labels keep away from it. */
  private layCaption(frame: TrackedFrame): string {
    const { canvas, chips, margin } = this;
    let text = '';
    for (const part of this.caption?.(frame) ?? this.progress(frame)) {
      const longer = text === '' ? part : `${text} · ${part}`;
      if (text !== '' && chips.width(longer) + 2 * margin > canvas.width) break;
      text = longer;
    }
    if (text !== '') this.layout.block(0, 0, margin + chips.width(text), margin + chips.height);
    return text;
  }

  /** Updates the panel; labels keep away from it. @returns its left edge */
  private layPanel({ length }: TrackedFrame): number {
    const { canvas, panel, margin } = this;
    if (!panel) return 0;
    panel.update(length, this.caption ? undefined : this.seen.size);
    const [width, height] = panel.size;
    const left = Math.max(0, canvas.width - margin - width);
    this.layout.block(left, 0, canvas.width, margin + height);
    return left;
  }

  /** The caption of a video: time, people now and so far, unless a panel says it, frame number. */
  private progress({ ids, length, time, index }: TrackedFrame): string[] {
    for (let i = 0; i < length; i++) this.seen.add(ids[i]);
    const counts = this.panel ? [] : [people(length), `${this.seen.size} so far`];
    return [clock(time), ...counts, `frame ${index}`];
  }

  /** The edges of a box on the pixel grid, at most a little outside of the picture; an empty box far away for one that is none. */
  private setEdges(boxes: Boxes, i: number): void {
    const { edges, stroke } = this;
    const { width, height } = this.canvas;
    const [x, y, w, h] = [boxes[4 * i], boxes[4 * i + 1], boxes[4 * i + 2], boxes[4 * i + 3]];
    if (!Number.isFinite(x + y + w + h)) {
      edges.fill(-1e6, 4 * i, 4 * i + 4);
      return;
    }
    edges[4 * i] = within(x, width, 12 * stroke);
    edges[4 * i + 1] = within(y, height, 12 * stroke);
    edges[4 * i + 2] = within(x + w, width, 12 * stroke);
    edges[4 * i + 3] = within(y + h, height, 12 * stroke);
  }
}

/** A coordinate on the pixel grid, at most `margin` outside of 0..end. */
function within(value: number, end: number, margin: number): number {
  return Math.round(Math.min(Math.max(value, -margin), end + margin));
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
