/**
 * The tool in hand, and the shape that is being drawn with it.
 *
 * @typedef {import('./drawing.js').Model} Model
 * @typedef {import('./drawing.js').Point} Point
 * @typedef {import('./view.js').View} View
 * @typedef {'select' | 'zones' | 'lines' | 'ignore' | 'calibration'} Tool
 */
import { FEWEST, WORDS } from './drawing.js';
import { byId } from './view.js';

/** @type {Record<Tool, string>} */
const HINTS = matchMedia('(pointer: coarse)').matches
  ? {
      select: 'Choose a tool to draw, or tap a shape to change it.',
      zones: 'Tap the corners in turn; the first one again ends the zone.',
      lines: 'Tap the two ends. People who cross it the way of the arrow count as in.',
      ignore: 'Tap the corners of what is not to be tracked; the first one again ends it.',
      calibration: 'Tap points of the ground whose place you know, four or more, and fill in where they are.',
    }
  : {
      select: 'Choose a tool to draw, or click a shape to change it. Tab and the arrow keys do the same.',
      zones: 'Click the corners in turn; the first one again, or Enter, ends the zone.',
      lines: 'Click the two ends. People who cross it the way of the arrow count as in.',
      ignore: 'Click the corners of what is not to be tracked; the first one again, or Enter, ends it.',
      calibration: 'Click points of the ground whose place you know, four or more, and fill in where they are.',
    };

export class Tools extends EventTarget {
  /** @type {Tool} */
  tool = 'select';

  /** @param {Model} model @param {View} view */
  constructor(model, view) {
    super();
    this.model = model;
    this.view = view;
    for (const button of buttons())
      button.addEventListener('click', () => {
        this.take(/** @type {Tool} */ (button.dataset.tool));
        view.svg.focus({ preventScroll: true });
      });
    byId('finish').addEventListener('click', () => this.finish());
    byId('cancel').addEventListener('click', () => this.cancel());
    this.take('select');
  }

  /** Leaves only the tools of some sections. @param {readonly string[]} sections */
  offer(sections) {
    for (const button of buttons())
      button.hidden = button.dataset.tool !== 'select' && !sections.includes(button.dataset.tool ?? '');
  }

  /** @param {Tool} tool */
  take(tool) {
    this.tool = tool;
    const { view, model } = this;
    view.draft = tool === 'select' || tool === 'calibration' ? undefined : { section: tool, points: [] };
    view.cursor = undefined;
    if (tool !== 'select') model.select(undefined);
    for (const button of buttons()) button.setAttribute('aria-pressed', `${button.dataset.tool === tool}`);
    view.svg.setAttribute('class', tool === 'select' ? '' : 'drawing');
    this.#show();
  }

  /** Where the mouse is, or the cross that the arrow keys move. @param {Point | undefined} at */
  hover(at) {
    if (this.tool === 'select') return;
    this.view.cursor = at && this.model.whole(at);
    this.view.render();
  }

  /**
   * Puts a point.
   *
   * @param {Point} at
   * @param {number} near so far from the first point, in CSS pixels, is on it
   * @param {number} same so far from the last point is there again: a double click
   * @returns {import('./pointer.js').Drag | undefined} what a movement from here does
   */
  press(at, near, same) {
    const { model, view } = this;
    const { draft } = view;
    if (this.tool === 'calibration') {
      const uid = model.addGroundPoint(at);
      return { move: (to) => model.moveGroundPoint(`put ${uid}`, uid, to), end: () => this.#added(uid) };
    }
    if (!draft) return undefined;
    const { points, section } = draft;
    const enough = points.length >= FEWEST[section];
    const again = points.length > 0 && view.distance(points[points.length - 1], at) <= same;
    if (enough && (again || view.distance(points[0], at) <= near)) {
      this.finish();
      return undefined;
    }
    if (again) return undefined;
    points.push(model.whole(at));
    view.cursor = undefined;
    this.#show();
    if (section !== 'lines') return undefined;
    if (points.length === 2) {
      this.finish();
      return undefined;
    }
    return {
      move: (to) => this.hover(to),
      end: (to, moved) => {
        if (moved) this.press(to, near, same); // a line drawn by dragging
      },
    };
  }

  /** Takes the last point back. */
  back() {
    this.view.draft?.points.pop();
    this.#show();
  }

  /** Ends the shape, where it has points enough. @returns {number | undefined} its uid */
  finish() {
    const { draft } = this.view;
    if (!draft) return undefined;
    const { section, points } = draft;
    if (points.length < FEWEST[section]) {
      this.#show(`A ${WORDS[section]} needs ${FEWEST[section]} points.`);
      return undefined;
    }
    const uid = this.model.addShape(section, points);
    const selected = this.model.selected;
    this.take('select');
    this.model.select(selected);
    this.#added(uid);
    return uid;
  }

  /** Drops the points of a shape that is not ended; without any, the tool. */
  cancel() {
    const { draft } = this.view;
    if (draft && draft.points.length > 0) {
      draft.points.length = 0;
      this.#show();
    } else this.take('select');
  }

  /** @param {number} uid */
  #added(uid) {
    this.dispatchEvent(new CustomEvent('added', { detail: uid }));
  }

  /** @param {string} [hint] */
  #show(hint = HINTS[this.tool]) {
    const { draft } = this.view;
    const drawn = draft?.points.length ?? 0;
    byId('hint').textContent = hint;
    byId('finish').hidden = !draft || draft.section === 'lines' || drawn < FEWEST[draft.section];
    byId('cancel').hidden = this.tool === 'select';
    byId('cancel').textContent = drawn > 0 ? 'Cancel' : 'Done';
    this.view.render();
  }
}

function buttons() {
  return /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('[data-tool]'));
}
