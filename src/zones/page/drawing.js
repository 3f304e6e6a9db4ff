/**
 * What is drawn, and its history. Points of a shape are in its own unit, as in the file; everything else on this page is in source pixels.
 *
 * @typedef {import('../app.ts').Opened} Opened
 * @typedef {import('../app.ts').Checked} Checked
 * @typedef {import('../drawing.ts').Drawing} Drawing
 * @typedef {'zones' | 'lines' | 'ignore'} ShapeSection
 * @typedef {[number, number]} Point
 * @typedef {{ uid: number, section: ShapeSection, name: string, points: Point[], unit: 'pixels' | 'ratio', anchor: 'feet' | 'centre' }} Shape
 * @typedef {{ uid: number, image: Point, ground: Point | null }} GroundPoint
 * @typedef {{ unit: 'metres' | 'degrees', origin?: { longitude: number, latitude: number, heading: number } | undefined, points: GroundPoint[] }} Ground
 * @typedef {{ shapes: Shape[], ground: Ground }} Content
 */

/** @type {readonly ShapeSection[]} */
export const SHAPE_SECTIONS = ['zones', 'lines', 'ignore'];
/** What one of a section is called. */
export const WORDS = { zones: 'zone', lines: 'line', ignore: 'ignore area', calibration: 'ground point' };
/** The fewest points that a shape has. */
export const FEWEST = { zones: 3, lines: 2, ignore: 3 };
/** Ratios are kept to so many parts: a tenth of a pixel of the widest screens. */
const PARTS = 1e5;
const MOST_STEPS = 500;

export class Model extends EventTarget {
  /** @type {Content} */
  content = { shapes: [], ground: { unit: 'metres', points: [] } };
  width = 1;
  height = 1;
  /** Uid of the shape or ground point that is selected. @type {number | undefined} */
  selected;
  /** What the server found. @type {Checked} */
  checked = { problems: [] };
  /** Whether anything was changed since it was saved. */
  dirty = false;
  /** Names in the file, by uid. @type {Map<number, string>} */
  inFile = new Map();
  /** @type {string[]} */
  #past = [];
  /** @type {string[]} */
  #future = [];
  #tag = '';
  #next = 1;

  get shapes() {
    return this.content.shapes;
  }

  get ground() {
    return this.content.ground;
  }

  /** @param {number | undefined} uid */
  shape(uid) {
    return this.shapes.find((shape) => shape.uid === uid);
  }

  /** @param {number | undefined} uid */
  groundPoint(uid) {
    return this.ground.points.find((point) => point.uid === uid);
  }

  /** @param {ShapeSection} section */
  of(section) {
    return this.shapes.filter((shape) => shape.section === section);
  }

  /** What is shown takes the place of what there was, as one step that can be undone. @param {Opened} opened */
  open({ drawing, width, height }) {
    Object.assign(this, { width, height });
    this.change('', (content) => {
      content.shapes = SHAPE_SECTIONS.flatMap((section) =>
        drawing[section].map(({ was, points, ...shape }) => {
          const uid = this.#next++;
          if (was !== undefined) this.inFile.set(uid, was);
          return { uid, section, points: points.map(copy), ...shape };
        }),
      );
      const { unit = 'metres', origin, points = [] } = drawing.calibration ?? {};
      content.ground = {
        unit,
        origin,
        points: points.map((point) => ({
          uid: this.#next++,
          image: copy(point.image),
          ground: point.ground && copy(point.ground),
        })),
      };
    });
    this.dirty = false;
    this.select(undefined);
  }

  /** @param {number | undefined} uid */
  select(uid) {
    if (this.selected === uid) return;
    this.selected = uid;
    this.dispatchEvent(new Event('select'));
  }

  /**
   * Changes what is drawn.
   *
   * @param {string} tag steps of one tag that follow on one another are undone together
   * @param {(content: Content) => void} work
   */
  change(tag, work) {
    if (tag === '' || tag !== this.#tag) {
      this.#past.push(JSON.stringify(this.content));
      if (this.#past.length > MOST_STEPS) this.#past.shift();
    }
    this.#tag = tag;
    this.#future = [];
    work(this.content);
    this.#changed();
  }

  get canUndo() {
    return this.#past.length > 1; // the first step opened the file
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  undo() {
    if (this.canUndo) this.#step(this.#past, this.#future);
  }

  redo() {
    if (this.canRedo) this.#step(this.#future, this.#past);
  }

  /** What follows is a step of its own. */
  endStep() {
    this.#tag = '';
  }

  /** @param {string[]} from @param {string[]} to */
  #step(from, to) {
    to.push(JSON.stringify(this.content));
    this.content = JSON.parse(from.pop() ?? '');
    this.#tag = '';
    if (!this.shape(this.selected) && !this.groundPoint(this.selected)) this.select(undefined);
    this.#changed();
  }

  #changed() {
    this.dirty = true;
    this.dispatchEvent(new Event('change'));
  }

  /** @param {Checked} checked */
  found(checked) {
    this.checked = checked;
    this.dispatchEvent(new Event('checked'));
  }

  /** All of it is in the file now. @param {Drawing} drawing what was sent */
  saved(drawing) {
    this.inFile = new Map(this.shapes.map(({ uid, name }) => [uid, name]));
    this.dirty = JSON.stringify(this.drawing()) !== JSON.stringify(renamed(drawing));
    this.dispatchEvent(new Event('select'));
  }

  /** As the server takes it. @returns {Drawing} */
  drawing() {
    const list = (/** @type {ShapeSection} */ section) =>
      this.of(section).map(({ uid, name, points, unit, anchor }) => {
        const was = this.inFile.get(uid);
        return { name, ...(was !== undefined && { was }), points, unit, anchor };
      });
    const { unit, origin, points } = this.ground;
    const calibration =
      points.length === 0
        ? null
        : { unit, points: points.map(({ image, ground }) => ({ image, ground })), ...(origin && { origin }) };
    return { zones: list('zones'), lines: list('lines'), ignore: list('ignore'), calibration };
  }

  /** Adds a shape. @param {ShapeSection} section @param {Point[]} points in pixels @returns {number} its uid */
  addShape(section, points) {
    const uid = this.#next++;
    const names = new Set(this.of(section).map(({ name }) => name));
    let n = 1;
    while (names.has(`${WORDS[section]} ${n}`)) n++;
    const anchor = section === 'ignore' ? 'centre' : 'feet';
    this.change('', ({ shapes }) => {
      shapes.push({
        uid,
        section,
        name: `${WORDS[section]} ${n}`,
        points: points.map((point) => this.whole(point)),
        unit: 'pixels',
        anchor,
      });
    });
    this.select(uid);
    return uid;
  }

  /** @param {Point} image @returns {number} its uid */
  addGroundPoint(image) {
    const uid = this.#next++;
    this.change('', ({ ground }) => {
      ground.points.push({ uid, image: this.whole(image), ground: null });
    });
    this.select(uid);
    return uid;
  }

  /** @param {number} uid */
  remove(uid) {
    this.change('', (content) => {
      content.shapes = content.shapes.filter((shape) => shape.uid !== uid);
      content.ground.points = content.ground.points.filter((point) => point.uid !== uid);
    });
    this.select(undefined);
  }

  /** The points of a shape in source pixels. @param {Shape} shape @returns {Point[]} */
  pixels({ points, unit }) {
    return unit === 'pixels' ? points.map(copy) : points.map(([x, y]) => [x * this.width, y * this.height]);
  }

  /** @param {Shape} shape @param {Point} point in pixels @returns {Point} in the unit of the shape */
  #inUnit({ unit }, [x, y]) {
    return unit === 'pixels'
      ? [x, y]
      : [Math.round((x / this.width) * PARTS) / PARTS, Math.round((y / this.height) * PARTS) / PARTS];
  }

  /** The nearest whole pixel within the picture. @param {Point} point @returns {Point} */
  whole([x, y]) {
    return [Math.min(this.width, Math.max(0, Math.round(x))), Math.min(this.height, Math.max(0, Math.round(y)))];
  }

  /** @param {string} tag @param {number} uid @param {number} i @param {Point} point in pixels */
  movePoint(tag, uid, i, point) {
    this.change(tag, () => {
      const shape = this.shape(uid);
      if (shape) shape.points[i] = this.#inUnit(shape, this.whole(point));
    });
  }

  /** Moves all points as far as the picture reaches. @param {string} tag @param {number} uid @param {Point[]} from in pixels @param {Point} by */
  moveShape(tag, uid, from, [dx, dy]) {
    const xs = from.map(([x]) => x);
    const ys = from.map(([, y]) => y);
    const within = (/** @type {number} */ d, /** @type {number[]} */ at, /** @type {number} */ end) =>
      Math.min(Math.max(d, -Math.min(...at)), end - Math.max(...at));
    const [x, y] = [within(Math.round(dx), xs, this.width), within(Math.round(dy), ys, this.height)];
    this.change(tag, () => {
      const shape = this.shape(uid);
      if (shape) shape.points = from.map((point) => this.#inUnit(shape, [point[0] + x, point[1] + y]));
    });
  }

  /** Puts a point between two. @param {string} tag @param {number} uid @param {number} after number of the point that it comes behind @param {Point} point */
  insertPoint(tag, uid, after, point) {
    this.change(tag, () => {
      const shape = this.shape(uid);
      if (shape) shape.points.splice(after + 1, 0, this.#inUnit(shape, this.whole(point)));
    });
  }

  /** Takes a point away; the shape itself where no more are left than it needs. @param {number} uid @param {number} i @returns {boolean} whether the shape is still there */
  removePoint(uid, i) {
    const shape = this.shape(uid);
    if (!shape) return false;
    if (shape.points.length <= FEWEST[shape.section]) {
      this.remove(uid);
      return false;
    }
    this.change('', () => shape.points.splice(i, 1));
    return true;
  }

  /** @param {string} tag @param {number} uid @param {Point} point */
  moveGroundPoint(tag, uid, point) {
    this.change(tag, () => {
      const ground = this.groundPoint(uid);
      if (ground) ground.image = this.whole(point);
    });
  }
}

/** @param {readonly [number, number]} point @returns {Point} */
function copy([x, y]) {
  return [x, y];
}

/** A drawing whose shapes are all in the file. @param {Drawing} drawing @returns {Drawing} */
function renamed({ zones, lines, ignore, calibration }) {
  const list = (/** @type {Drawing['zones']} */ shapes) =>
    shapes.map(({ name, points, unit, anchor }) => ({ name, was: name, points, unit, anchor }));
  return { zones: list(zones), lines: list(lines), ignore: list(ignore), calibration };
}

/**
 * What was counted at a shape, in words; empty where nothing is.
 *
 * @param {Model} model
 * @param {Shape} shape
 * @param {boolean} [short]
 */
export function countsOf(model, shape, short = false) {
  const { counts } = model.checked;
  const { section, name } = shape;
  if (!counts || problemOf(model, shape)) return '';
  if (section === 'lines' && Object.hasOwn(counts.lines, name)) {
    const { in: ins, out } = counts.lines[name];
    return `${ins} in, ${out} out`;
  }
  if (section === 'zones' && Object.hasOwn(counts.zones, name)) {
    const { visits, people } = counts.zones[name];
    const words = `${visits} ${visits === 1 ? 'visit' : 'visits'}`;
    return short ? words : `${words}, ${people} ${people === 1 ? 'person' : 'people'}`;
  }
  return '';
}

/** What is wrong with a shape, if anything. @param {Model} model @param {Shape} shape */
export function problemOf(model, { uid, section }) {
  const n = model.of(section).findIndex((shape) => shape.uid === uid);
  return model.checked.problems.find((problem) => problem.section === section && problem.index === n)?.message;
}

/** What is wrong with a ground point, by its number, or with all of them together. @param {Model} model @param {number} [n] */
export function groundProblemOf(model, n) {
  return model.checked.problems.find(({ section, index }) => section === 'calibration' && index === n)?.message;
}
