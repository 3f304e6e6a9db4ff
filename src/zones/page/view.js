/**
 * The picture with what is drawn on it, as SVG: its elements can be reached with Tab and read aloud, which those of a canvas cannot.
 *
 * @typedef {import('./drawing.js').Model} Model
 * @typedef {import('./drawing.js').Point} Point
 * @typedef {import('./drawing.js').Shape} Shape
 * @typedef {import('./drawing.js').ShapeSection} ShapeSection
 * @typedef {import('../app.ts').Opened} Opened
 * @typedef {{ section: ShapeSection, points: Point[] }} Draft
 */
import { countsOf, groundProblemOf, problemOf, WORDS } from './drawing.js';

/** Sizes in CSS pixels. */
const VERTEX = 6;
const MIDDLE = 4;
const LABEL = 13;
const ARROW = 22;

export class View {
  /** The points of a shape that is not ended. @type {Draft | undefined} */
  draft;
  /** Where the next point would be. @type {Point | undefined} */
  cursor;
  #scale = 1;
  #stretch = 1;

  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    this.svg = /** @type {SVGSVGElement} */ (/** @type {unknown} */ (byId('stage')));
    this.svg.setAttribute('tabindex', '0'); // the keys draw there
    this.layers = { shapes: byId('shapes'), ground: byId('ground'), labels: byId('labels'), draft: byId('draft') };
    new ResizeObserver(() => this.render()).observe(this.svg);
    for (const event of ['change', 'select', 'checked']) model.addEventListener(event, () => this.render());
  }

  /** @param {Opened} opened @param {string | undefined} picture its address */
  async open({ width, height, stretch: known, run }, picture) {
    const stretch = known ?? (picture === undefined ? 1 : ((await ratioOf(picture)) * height) / width);
    this.#stretch = stretch;
    const across = width * stretch;
    this.svg.setAttribute('viewBox', `0 0 ${across} ${height}`);
    this.svg.style.aspectRatio = `${across} / ${height}`;
    this.svg.style.setProperty('--ratio', `${across / height}`);
    set(byId('picture'), { width: across, height, ...(picture !== undefined && { href: picture }) });
    byId('picture').toggleAttribute('hidden', picture === undefined);
    byId('paths').replaceChildren(
      ...(run?.paths ?? []).map(({ colour, points }) => {
        const placed = points.map((value, k) => (k % 2 === 0 ? value * stretch : value));
        const path = make('path', { d: `M${(placed.length > 2 ? placed : [...placed, ...placed]).join(' ')}` });
        path.style.stroke = colour;
        return path;
      }),
    );
  }

  /** A place on the screen in source pixels, also beyond the picture. @param {{ clientX: number, clientY: number }} event @returns {Point} */
  place({ clientX, clientY }) {
    const { left, top, width, height } = this.svg.getBoundingClientRect();
    return [((clientX - left) / width) * this.model.width, ((clientY - top) / height) * this.model.height];
  }

  /** The distance of two places in CSS pixels. @param {Point} a @param {Point} b */
  distance([ax, ay], [bx, by]) {
    return Math.hypot((ax - bx) * this.#stretch, ay - by) / this.#scale;
  }

  /** The element of a point of a shape. @param {number} uid @param {number} i @returns {SVGElement | null} */
  vertex(uid, i) {
    return this.svg.querySelector(`[data-hit="vertex"][data-uid="${uid}"][data-i="${i}"]`);
  }

  /** The element of a shape or ground point that takes the focus. @param {number} uid @returns {SVGElement | null} */
  element(uid) {
    return this.svg.querySelector(`:is([data-hit="shape"], [data-hit="ground"])[data-uid="${uid}"]`);
  }

  render() {
    const { clientWidth } = this.svg;
    if (clientWidth === 0) return;
    this.#scale = (this.model.width * this.#stretch) / clientWidth;
    const { shapes, ground } = this.model;
    const hatch = byId('hatch');
    hatch.setAttribute('patternTransform', `rotate(45) scale(${this.#scale})`);
    keyed(this.layers.shapes, shapes, (shape, group) => this.#shape(shape, group));
    keyed(this.layers.ground, ground.points, (point, group, n) => this.#ground(point, group, n));
    keyed(this.layers.labels, shapes, (shape, group) => this.#label(shape, group));
    this.#draft();
  }

  /** @param {Point} point */
  #xy([x, y]) {
    return [x * this.#stretch, y];
  }

  /** @param {Shape} shape @param {SVGElement} group */
  #shape(shape, group) {
    const { uid, section, name } = shape;
    const points = this.model.pixels(shape);
    const selected = this.model.selected === uid;
    const wrong = problemOf(this.model, shape) !== undefined;
    group.setAttribute('class', `shape ${section}${selected ? ' selected' : ''}${wrong ? ' wrong' : ''}`);
    const outline = points.map((point) => this.#xy(point).join(',')).join(' ');
    const counts = countsOf(this.model, shape);
    const words = `${WORDS[section]} ${name}, ${points.length} points${counts && `, ${counts}`}${wrong ? ', has a problem' : ''}`;
    const kind = section === 'lines' ? 'polyline' : 'polygon';
    set(part(group, kind, 'casing'), { points: outline });
    set(part(group, kind, 'outline'), { points: outline });
    if (section === 'lines') this.#arrow(group, points);
    set(part(group, kind, 'hit'), {
      ...{ points: outline, tabindex: 0, role: 'button', 'aria-label': words, 'aria-pressed': selected },
      ...{ 'data-hit': 'shape', 'data-uid': uid },
    });
    const handles = part(group, 'g', 'handles');
    const shown = selected ? points : [];
    const sides = section === 'lines' ? [] : shown;
    const middles = sides.map((point, i) => middleOf(point, points[(i + 1) % points.length]));
    count(handles, 'circle', 'middle', middles.length).forEach((circle, i) => {
      const [cx, cy] = this.#xy(middles[i]);
      set(circle, { cx, cy, r: MIDDLE * this.#scale });
    });
    count(handles, 'circle', 'vertex', shown.length).forEach((circle, i) => {
      const [cx, cy] = this.#xy(shown[i]);
      const [x, y] = this.model.whole(shown[i]);
      set(circle, {
        ...{
          cx,
          cy,
          r: VERTEX * this.#scale,
          tabindex: 0,
          role: 'button',
          'data-hit': 'vertex',
          'data-uid': uid,
          'data-i': i,
        },
        'aria-label': `point ${i + 1} of ${points.length} of ${name}, at ${x}, ${y}`,
      });
    });
  }

  /** The direction `in`: from the left to the right of a line, seen from its first point to its second. @param {SVGElement} group @param {Point[]} points */
  #arrow(group, points) {
    const [[ax, ay], [bx, by]] = points.map((point) => this.#xy(point));
    const length = Math.hypot(bx - ax, by - ay) || 1;
    const [nx, ny] = [-(by - ay) / length, (bx - ax) / length];
    const size = ARROW * this.#scale;
    const [x, y] = [(ax + bx) / 2, (ay + by) / 2];
    const [tx, ty] = [x + nx * size, y + ny * size];
    const wing = size / 3;
    const d = `M${x} ${y}L${tx} ${ty}M${tx - nx * wing + ny * wing} ${ty - ny * wing - nx * wing}L${tx} ${ty}L${tx - nx * wing - ny * wing} ${ty - ny * wing + nx * wing}`;
    set(part(group, 'path', 'casing arrow'), { d });
    set(part(group, 'path', 'outline arrow'), { d });
  }

  /** @param {Shape} shape @param {SVGElement} group */
  #label(shape, group) {
    const points = this.model.pixels(shape);
    const size = LABEL * this.#scale;
    const counts = countsOf(this.model, shape, true);
    const text = part(group, 'text', `label ${shape.section}`);
    text.textContent =
      shape.section === 'ignore' ? `${shape.name}: ignored` : counts ? `${shape.name}: ${counts}` : shape.name;
    text.style.fontSize = `${size}px`;
    const half = /** @type {SVGTextElement} */ (text).getComputedTextLength() / 2 + size / 3;
    // in the middle of an area, beside the upper end of a line
    const ends = shape.section === 'lines' ? [points[0][1] < points[1][1] ? points[0] : points[1]] : points;
    const [x, y] = this.#xy(middleOf(...ends));
    const across = this.model.width * this.#stretch;
    set(text, {
      x: Math.max(half, Math.min(x, across - half)),
      y: Math.max(1.3 * size, shape.section === 'lines' ? y - size / 1.6 : y + size / 3),
    });
  }

  /** @param {import('./drawing.js').GroundPoint} point @param {SVGElement} group @param {number} n */
  #ground({ uid, image, ground }, group, n) {
    const [x, y] = this.#xy(image);
    const size = 9 * this.#scale;
    const selected = this.model.selected === uid;
    const wrong = groundProblemOf(this.model, n) !== undefined;
    group.setAttribute('class', `point${selected ? ' selected' : ''}${wrong ? ' wrong' : ''}`);
    const d = `M${x - size} ${y}H${x + size}M${x} ${y - size}V${y + size}`;
    set(part(group, 'path', 'casing'), { d });
    set(part(group, 'path', 'outline'), { d });
    const text = part(group, 'text', 'label');
    text.textContent = ground ? `${n + 1}: ${ground.join(', ')}` : `${n + 1}`;
    text.style.fontSize = `${LABEL * this.#scale}px`;
    const far =
      x + size + /** @type {SVGTextElement} */ (text).getComputedTextLength() > this.model.width * this.#stretch;
    const beside = { x: x + size * (far ? -0.7 : 0.7), y: Math.max(y - size * 0.7, 1.2 * LABEL * this.#scale) };
    set(text, { ...beside, 'text-anchor': far ? 'end' : 'start', 'aria-hidden': true });
    const where = ground ? `on the ground ${ground.join(', ')}` : 'without a place on the ground';
    set(part(group, 'circle', 'hit'), {
      ...{ cx: x, cy: y, r: size, tabindex: 0, role: 'button', 'data-hit': 'ground', 'data-uid': uid },
      'aria-label': `ground point ${n + 1}, at ${image.join(', ')}, ${where}`,
    });
  }

  #draft() {
    const { draft, cursor } = this;
    const group = this.layers.draft;
    const points = draft?.points ?? [];
    const all = draft && cursor ? [...points, cursor] : points;
    group.setAttribute('class', draft ? `shape ${draft.section}` : '');
    const outline = all.map((point) => this.#xy(point).join(',')).join(' ');
    const kind = draft && draft.section !== 'lines' && all.length > 2 ? 'polygon' : 'polyline';
    for (const name of ['casing', 'outline']) {
      for (const other of ['polygon', 'polyline'])
        if (other !== kind) group.querySelector(`${other}.${name}`)?.remove();
      set(part(group, kind, name), { points: outline });
    }
    for (const path of count(group, 'path', 'cursor', cursor ? 1 : 0)) {
      const [x, y] = this.#xy(cursor ?? [0, 0]);
      const size = 12 * this.#scale;
      path.setAttribute('d', `M${x - size} ${y}H${x + size}M${x} ${y - size}V${y + size}`);
    }
    count(group, 'circle', 'vertex', points.length).forEach((circle, i) => {
      const [cx, cy] = this.#xy(points[i]);
      const first = i === 0 && draft?.section !== 'lines' && points.length > 2;
      set(circle, { cx, cy, r: (first ? 1.6 : 1) * VERTEX * this.#scale, class: `vertex${first ? ' first' : ''}` });
    });
  }
}

/** The width of a picture over its height. @param {string} address */
async function ratioOf(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image.naturalWidth / image.naturalHeight;
}

/** @param {Point[]} points @returns {Point} the mean of them */
export function middleOf(...points) {
  const mean = (/** @type {number} */ axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return [mean(0), mean(1)];
}

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no #${id}`);
  return element;
}

/** @param {string} name @param {Record<string, string | number | boolean>} attributes */
function make(name, attributes = {}) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  set(element, attributes);
  return element;
}

/** @param {Element} element @param {Record<string, string | number | boolean>} attributes */
function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes))
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

/** The element of a group by its name and class, made where it is not there. @param {Element} group @param {string} name @param {string} kind */
function part(group, name, kind) {
  const there = /** @type {SVGElement | null} */ (group.querySelector(`:scope > ${name}.${kind.replaceAll(' ', '.')}`));
  const plain = kind.includes(' ')
    ? there
    : [...group.children].find((one) => one.localName === name && one.getAttribute('class') === kind);
  if (plain) return /** @type {SVGElement} */ (plain);
  const element = make(name, { class: kind });
  group.append(element);
  return element;
}

/** So many elements of a kind. @param {Element} group @param {string} name @param {string} kind @param {number} n */
function count(group, name, kind, n) {
  const there = /** @type {SVGElement[]} */ ([...group.children].filter((one) => one.classList.contains(kind)));
  for (const one of there.splice(n)) one.remove();
  while (there.length < n) {
    const element = make(name, { class: kind });
    group.append(element);
    there.push(element);
  }
  return there;
}

/**
 * Keeps a group for each item, in their order. Those that stay are not moved, as that would take the focus from them.
 *
 * @template {{ uid: number }} T
 * @param {Element} layer
 * @param {readonly T[]} items
 * @param {(item: T, group: SVGElement, n: number) => void} draw
 */
function keyed(layer, items, draw) {
  const groups = new Map([...layer.children].map((group) => [Number(group.getAttribute('data-key')), group]));
  for (const [uid, group] of groups) if (!items.some((item) => item.uid === uid)) group.remove();
  for (const [n, item] of items.entries()) {
    let group = groups.get(item.uid);
    if (!group) {
      group = make('g', { 'data-key': item.uid });
      layer.insertBefore(group, layer.children[n] ?? null);
    }
    draw(item, /** @type {SVGElement} */ (group), n);
  }
}
