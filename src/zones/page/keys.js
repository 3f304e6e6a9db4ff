/**
 * Drawing with the keyboard: Tab goes through the shapes and, of the one that is selected, its points; arrows move by a pixel, with Shift by ten.
 *
 * @typedef {import('./drawing.js').Model} Model
 * @typedef {import('./drawing.js').Point} Point
 * @typedef {import('./view.js').View} View
 * @typedef {import('./tools.js').Tools} Tools
 */
import { middleOf } from './view.js';

/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {Model} model
 * @param {View} view
 * @param {Tools} tools
 * @param {{ save(): void, rename(uid: number): void, say(text: string): void }} actions
 */
export function listenToKeys(model, view, tools, actions) {
  const { svg } = view;

  document.addEventListener('keydown', (event) => {
    const { key, shiftKey } = event;
    const isField = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.ctrlKey || event.metaKey) {
      const letter = key.toLowerCase();
      if (letter === 's') actions.save();
      else if (isField)
        return; // what is typed is undone there
      else if (letter === 'z' && !shiftKey) model.undo();
      else if (letter === 'y' || letter === 'z') model.redo();
      else return;
      event.preventDefault();
      return;
    }
    if (isField || event.altKey || !svg.contains(/** @type {Node} */ (event.target))) return;
    const arrow = ARROWS[key];
    const step = shiftKey ? 10 : 1;
    const by = arrow && /** @type {Point} */ ([arrow[0] * step, arrow[1] * step]);
    if (tools.tool === 'select' ? onDrawn(key, by) : onTool(key, by)) event.preventDefault();
  });

  // what has the focus is selected, so that Tab goes on to its points
  svg.addEventListener('focusin', ({ target }) => {
    const { uid } = /** @type {SVGElement} */ (target).dataset;
    model.endStep();
    if (uid !== undefined && tools.tool === 'select') model.select(Number(uid));
  });

  /** @param {string} key @param {Point | undefined} by @returns {boolean} whether it means something */
  function onTool(key, by) {
    const middle = /** @type {Point} */ ([model.width / 2, model.height / 2]);
    const at = model.whole(view.cursor ?? view.draft?.points.at(-1) ?? middle);
    if (by) {
      tools.hover([at[0] + by[0], at[1] + by[1]]);
      actions.say(`${view.cursor?.join(', ')}`);
    } else if (key === ' ') {
      tools.press(at, 3, 0.5)?.end?.(at, false);
      if (tools.tool !== 'select') actions.say(`point at ${at.join(', ')}`);
    } else if (key === 'Enter') tools.finish();
    else if (key === 'Escape') tools.cancel();
    else if (key === 'Backspace' || key === 'Delete') tools.back();
    else return false;
    return true;
  }

  /** @param {string} key @param {Point | undefined} by */
  function onDrawn(key, by) {
    const focus = /** @type {SVGElement | null} */ (document.activeElement);
    const { hit, uid: text, i: number } = focus?.dataset ?? {};
    const [uid, i] = [Number(text), Number(number)];
    if (key === 'Escape') {
      if (hit === 'vertex') view.element(uid)?.focus();
      else {
        model.select(undefined);
        svg.focus();
      }
      return true;
    }
    if (hit === 'vertex') return onVertex(key, by, uid, i);
    if (hit === 'shape') return onShape(key, by, uid);
    if (hit === 'ground') return onGround(key, by, uid);
    return false;
  }

  /** @param {string} key @param {Point | undefined} by @param {number} uid @param {number} i */
  function onVertex(key, by, uid, i) {
    const shape = model.shape(uid);
    if (!shape) return false;
    const points = model.pixels(shape);
    if (by) {
      const [x, y] = points[i];
      model.movePoint(`keys ${uid} ${i}`, uid, i, [x + by[0], y + by[1]]);
      actions.say(model.whole(model.pixels(shape)[i]).join(', '));
    } else if (key === 'Delete' || key === 'Backspace') {
      if (model.removePoint(uid, i)) view.vertex(uid, Math.min(i, points.length - 2))?.focus();
      else svg.focus();
    } else if ((key === 'Insert' || key === '+') && shape.section !== 'lines') {
      model.insertPoint('', uid, i, middleOf(points[i], points[(i + 1) % points.length]));
      view.vertex(uid, i + 1)?.focus();
    } else return false;
    return true;
  }

  /** @param {string} key @param {Point | undefined} by @param {number} uid */
  function onShape(key, by, uid) {
    const shape = model.shape(uid);
    if (!shape) return false;
    if (by) model.moveShape(`keys ${uid}`, uid, model.pixels(shape), by);
    else if (key === 'Delete' || key === 'Backspace') remove(uid);
    else if (key === 'Enter') view.vertex(uid, 0)?.focus();
    else if (key === 'F2') actions.rename(uid);
    else return false;
    return true;
  }

  /** @param {string} key @param {Point | undefined} by @param {number} uid */
  function onGround(key, by, uid) {
    const point = model.groundPoint(uid);
    if (!point) return false;
    const [x, y] = point.image;
    if (by) model.moveGroundPoint(`keys ${uid}`, uid, [x + by[0], y + by[1]]);
    else if (key === 'Delete' || key === 'Backspace') remove(uid);
    else if (key === 'Enter') actions.rename(uid);
    else return false;
    return true;
  }

  /** @param {number} uid */
  function remove(uid) {
    model.remove(uid);
    svg.focus();
  }
}
