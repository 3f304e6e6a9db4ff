/**
 * Drawing with mouse, pen and finger.
 *
 * @typedef {import('./drawing.js').Model} Model
 * @typedef {import('./drawing.js').Point} Point
 * @typedef {import('./view.js').View} View
 * @typedef {import('./tools.js').Tools} Tools
 * @typedef {{ move(at: Point): void, end?(at: Point, moved: boolean): void }} Drag
 */
import { middleOf } from './view.js';

/** Distances in CSS pixels: what is hit by a mouse and by a finger, and what is a movement. */
const NEAR = { mouse: 11, finger: 24 };
const MOVED = 4;

/** @param {Model} model @param {View} view @param {Tools} tools */
export function listenToPointers(model, view, tools) {
  const { svg } = view;
  /** @type {{ id: number, drag: Drag | undefined, from: Point, moved: boolean } | undefined} */
  let held;
  let drags = 0;

  svg.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    if (!event.isPrimary) {
      held = undefined; // a second finger: the picture is made larger
      return;
    }
    const at = view.place(event);
    const near = event.pointerType === 'mouse' ? NEAR.mouse : NEAR.finger;
    if (tools.tool !== 'select') svg.focus({ preventScroll: true });
    const drag = tools.tool === 'select' ? grab(at, near, event) : tools.press(at, near, MOVED);
    held = { id: event.pointerId, drag, from: at, moved: false };
    svg.setPointerCapture(event.pointerId);
    event.preventDefault(); // what is drawn takes the focus, see below
  });
  svg.addEventListener('pointermove', (event) => {
    const at = view.place(event);
    if (held && event.pointerId === held.id) {
      held.moved ||= view.distance(held.from, at) > MOVED;
      if (held.moved) held.drag?.move(at);
    } else if (event.pointerType === 'mouse') tools.hover(at);
  });
  for (const type of /** @type {const} */ (['pointerup', 'pointercancel']))
    svg.addEventListener(type, (event) => {
      if (!held || event.pointerId !== held.id) return;
      const { drag, moved } = held;
      held = undefined;
      if (type === 'pointerup') drag?.end?.(view.place(event), moved);
      model.endStep();
    });
  svg.addEventListener('pointerleave', () => tools.hover(undefined));

  /**
   * What is to be moved from here.
   *
   * @param {Point} at @param {number} near @param {PointerEvent} event
   * @returns {Drag | undefined}
   */
  function grab(at, near, event) {
    const tag = `drag ${++drags}`;
    return handle(at, near, tag) ?? groundPoint(at, near, tag) ?? shape(at, event, tag);
  }

  /** A point of the shape that is selected, or the middle between two. @param {Point} at @param {number} near @param {string} tag @returns {Drag | undefined} */
  function handle(at, near, tag) {
    const selected = model.shape(model.selected);
    if (!selected) return undefined;
    const { uid, section } = selected;
    const points = model.pixels(selected);
    const i = nearest(points, at, near);
    if (i >= 0) {
      view.vertex(uid, i)?.focus({ preventScroll: true });
      return { move: (to) => model.movePoint(tag, uid, i, to) };
    }
    if (section === 'lines') return undefined;
    const middles = points.map((point, k) => middleOf(point, points[(k + 1) % points.length]));
    const k = nearest(middles, at, near * 0.8);
    if (k < 0) return undefined;
    let inserted = false;
    return {
      move(to) {
        if (inserted) model.movePoint(tag, uid, k + 1, to);
        else model.insertPoint(tag, uid, k, to);
        inserted = true;
      },
      end(_, moved) {
        if (!moved) model.insertPoint(tag, uid, k, middles[k]);
        view.vertex(uid, k + 1)?.focus({ preventScroll: true });
      },
    };
  }

  /** @param {Point} at @param {number} near @param {string} tag @returns {Drag | undefined} */
  function groundPoint(at, near, tag) {
    const { points } = model.ground;
    const point =
      points[
        nearest(
          points.map(({ image }) => image),
          at,
          near,
        )
      ];
    if (!point) return undefined;
    const { uid } = point;
    model.select(uid);
    view.element(uid)?.focus({ preventScroll: true });
    return { move: (to) => model.moveGroundPoint(tag, uid, to) };
  }

  /** @param {Point} from @param {PointerEvent} event @param {string} tag @returns {Drag | undefined} */
  function shape(from, { target, pointerType }, tag) {
    const uid = Number(
      /** @type {Element} */ (target).closest('[data-hit="shape"]')?.getAttribute('data-uid') ?? Number.NaN,
    );
    const found = model.shape(uid);
    if (!found) {
      model.select(undefined);
      svg.focus({ preventScroll: true });
      return undefined;
    }
    const movable = pointerType === 'mouse' || model.selected === uid; // a first tap selects only
    model.select(uid);
    view.element(uid)?.focus({ preventScroll: true });
    if (!movable) return undefined;
    const points = model.pixels(found);
    return { move: ([x, y]) => model.moveShape(tag, uid, points, [x - from[0], y - from[1]]) };
  }

  /** The number of the nearest of some points; -1 where none is near. @param {Point[]} points @param {Point} at @param {number} near */
  function nearest(points, at, near) {
    const distances = points.map((point) => view.distance(point, at));
    const least = Math.min(...distances);
    return least <= near ? distances.indexOf(least) : -1;
  }
}
