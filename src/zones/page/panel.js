/**
 * The lists beside the picture: names, counts, problems, and what else is said of a shape.
 *
 * @typedef {import('./drawing.js').Model} Model
 * @typedef {import('./drawing.js').Shape} Shape
 * @typedef {import('./drawing.js').ShapeSection} ShapeSection
 * @typedef {import('./drawing.js').GroundPoint} GroundPoint
 */
import { countsOf, groundProblemOf, problemOf, SHAPE_SECTIONS, WORDS } from './drawing.js';
import { byId } from './view.js';

/** What is said where nothing is drawn yet. */
const NONE = {
  zones: 'None. Who enters a zone is a visit, and how long they stay is measured.',
  lines: 'None. Who crosses a line counts as in or out.',
  ignore: 'None. In an ignore area no person is tracked: posters, screens, mirrors.',
  calibration: 'None. With four or more, paths have metres and speeds.',
};

export class Panel {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    for (const event of ['change', 'select', 'checked']) model.addEventListener(event, () => this.render());
    const unit = /** @type {HTMLSelectElement} */ (byId('unit'));
    unit.addEventListener('change', () =>
      model.change('', ({ ground }) => {
        ground.unit = unit.value === 'degrees' ? 'degrees' : 'metres';
        if (ground.unit === 'degrees') ground.origin = undefined; // they say where on earth they are themselves
      }),
    );
  }

  /** Leaves only the lists of some sections. @param {readonly string[]} sections */
  offer(sections) {
    for (const list of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-section]')))
      list.hidden = !sections.includes(list.dataset.section ?? '');
  }

  /** Lets a name be typed, or the place of a ground point. @param {number} uid */
  edit(uid) {
    const input = /** @type {HTMLInputElement | null} */ (document.querySelector(`.lists li[data-uid="${uid}"] input`));
    input?.focus();
    input?.select();
  }

  render() {
    for (const section of SHAPE_SECTIONS)
      rows(
        listOf(section),
        this.model.of(section),
        NONE[section],
        (shape) => this.#newShape(shape),
        (shape, row) => this.#shape(shape, row),
      );
    const { unit, points } = this.model.ground;
    rows(
      listOf('calibration'),
      points,
      NONE.calibration,
      (point) => this.#newGround(point),
      (point, row, n) => this.#ground(point, row, n),
    );
    byId('unit-label').hidden = points.length === 0;
    /** @type {HTMLSelectElement} */ (byId('unit')).value = unit;
    byId('ground-problem').textContent = (points.length > 0 && groundProblemOf(this.model)) || '';
  }

  /** @param {Shape} shape */
  #newShape({ uid, section }) {
    const word = WORDS[section];
    const name = element('input', { className: 'name', type: 'text', maxLength: 60, ariaLabel: `name of the ${word}` });
    name.addEventListener('focus', () => this.model.select(uid));
    name.addEventListener('change', () =>
      this.model.change('', () => {
        const shape = this.model.shape(uid);
        if (shape) shape.name = name.value.trim();
      }),
    );
    name.addEventListener('keydown', ({ key }) => {
      const { name: before = '' } = this.model.shape(uid) ?? {};
      if (key === 'Escape') name.value = before;
      if (key === 'Escape' || key === 'Enter') name.blur();
    });
    const anchor = element('select', {});
    for (const value of ['feet', 'centre']) anchor.append(element('option', { value, textContent: value }));
    const place = element('label', {
      textContent: section === 'ignore' ? 'people are left out by their ' : 'people count by their ',
    });
    place.append(anchor);
    anchor.addEventListener('change', () =>
      this.model.change('', () => {
        const shape = this.model.shape(uid);
        if (shape) shape.anchor = anchor.value === 'centre' ? 'centre' : 'feet';
      }),
    );
    const swap = element('button', { type: 'button', textContent: 'Swap in and out' });
    swap.addEventListener('click', () => this.model.change('', () => this.model.shape(uid)?.points.reverse()));
    const more = element('div', { className: 'more' });
    more.append(place, ...(section === 'lines' ? [swap] : []));
    return [
      name,
      element('span', { className: 'count' }),
      this.#remover(uid, word),
      more,
      element('p', { className: 'problem' }),
    ];
  }

  /** @param {Shape} shape @param {HTMLElement} row */
  #shape(shape, row) {
    const { uid, name, anchor } = shape;
    const { selected } = this.model;
    row.className = selected === uid ? 'selected' : '';
    write(find(row, 'input'), name);
    find(row, '.count').textContent = countsOf(this.model, shape);
    /** @type {HTMLSelectElement} */ (find(row, 'select')).value = anchor;
    find(row, '.more').hidden = selected !== uid;
    find(row, '.remove').ariaLabel = `delete ${name}`;
    find(row, '.problem').textContent = problemOf(this.model, shape) ?? '';
  }

  /** @param {GroundPoint} point */
  #newGround({ uid }) {
    const inputs = [0, 1].map((axis) => {
      const input = element('input', { className: 'number', type: 'text', inputMode: 'decimal', size: 8 });
      input.addEventListener('focus', () => this.model.select(uid));
      input.addEventListener('change', () => this.#place(uid));
      input.addEventListener('keydown', ({ key }) => {
        if (key !== 'Enter') return;
        this.#place(uid);
        if (axis === 0) inputs[1].focus();
        else byId('stage').focus(); // for the next point
      });
      input.dataset.axis = `${axis}`;
      return input;
    });
    const label = element('span', { className: 'number-of' });
    return [
      label,
      ...inputs,
      element('span', { className: 'count' }),
      this.#remover(uid, 'ground point'),
      element('p', { className: 'problem' }),
    ];
  }

  /** Takes over what is typed, once both numbers are there. @param {number} uid */
  #place(uid) {
    const inputs = /** @type {NodeListOf<HTMLInputElement>} */ (
      document.querySelectorAll(`.lists li[data-uid="${uid}"] input`)
    );
    const values = [...inputs].map(({ value }) =>
      value.trim() === '' ? Number.NaN : Number(value.trim().replace(',', '.')),
    );
    for (const [k, input] of inputs.entries())
      input.ariaInvalid = `${input.value.trim() !== '' && !Number.isFinite(values[k])}`;
    const point = this.model.groundPoint(uid);
    const ground = values.every(Number.isFinite) ? /** @type {[number, number]} */ (values) : null;
    if (!point || JSON.stringify(point.ground) === JSON.stringify(ground)) return;
    this.model.change('', () => {
      point.ground = ground;
    });
  }

  /** @param {GroundPoint} point @param {HTMLElement} row @param {number} n */
  #ground({ uid, ground }, row, n) {
    const { selected, checked } = this.model;
    const names = this.model.ground.unit === 'metres' ? ['x in metres', 'y in metres'] : ['longitude', 'latitude'];
    row.className = selected === uid ? 'selected' : '';
    find(row, '.number-of').textContent = `${n + 1}`;
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (row.querySelectorAll('input'))) {
      const axis = Number(input.dataset.axis);
      input.placeholder = names[axis];
      input.ariaLabel = `${names[axis]} of ground point ${n + 1}`;
      if (ground) write(input, `${ground[axis]}`);
    }
    const residual = checked.residuals?.[n];
    find(row, '.count').textContent = residual ? `off by ${residual.metres.toFixed(2)} m` : '';
    find(row, '.remove').ariaLabel = `delete ground point ${n + 1}`;
    find(row, '.problem').textContent = groundProblemOf(this.model, n) ?? '';
  }

  /** @param {number} uid @param {string} word */
  #remover(uid, word) {
    const button = element('button', {
      type: 'button',
      className: 'remove',
      textContent: '×',
      title: `Delete the ${word}`,
    });
    button.addEventListener('click', () => this.model.remove(uid));
    return button;
  }
}

/** @param {string} section */
function listOf(section) {
  return /** @type {HTMLUListElement} */ (document.querySelector(`[data-section="${section}"] ul`));
}

/**
 * Keeps a row for each item, in their order.
 *
 * @template {{ uid: number }} T
 * @param {HTMLUListElement} list
 * @param {readonly T[]} items
 * @param {string} none what is said where there are none
 * @param {(item: T) => HTMLElement[]} begin
 * @param {(item: T, row: HTMLLIElement, n: number) => void} draw
 */
function rows(list, items, none, begin, draw) {
  list.dataset.none = items.length > 0 ? '' : none;
  const there = new Map(
    [...list.children].map((row) => [
      Number(/** @type {HTMLElement} */ (row).dataset.uid),
      /** @type {HTMLLIElement} */ (row),
    ]),
  );
  for (const [uid, row] of there) if (!items.some((item) => item.uid === uid)) row.remove();
  for (const [n, item] of items.entries()) {
    let row = there.get(item.uid);
    if (!row) {
      row = document.createElement('li');
      row.dataset.uid = `${item.uid}`;
      row.append(...begin(item));
      list.insertBefore(row, list.children[n] ?? null);
    }
    draw(item, row, n);
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string | number>} properties
 */
function element(name, properties) {
  const made = document.createElement(name);
  Object.assign(made, properties);
  return made;
}

/** @param {HTMLElement} row @param {string} selector @returns {HTMLElement} */
function find(row, selector) {
  const found = /** @type {HTMLElement | null} */ (row.querySelector(selector));
  if (!found) throw new Error(`no ${selector}`);
  return found;
}

/** Puts a text into a field, unless it is being typed in. @param {HTMLElement} field @param {string} text */
function write(field, text) {
  if (field instanceof HTMLInputElement && field !== document.activeElement) field.value = text;
}
