import { isDeepStrictEqual } from 'node:util';
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parse,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { TwintrackError } from '../core/errors.ts';
import { QUIET } from '../files/config-file.ts';
import { type Drawing, SHAPE_SECTIONS, type Shape, type ShapeSection, usualAnchor } from './drawing.ts';

/** Lines are not folded, so that what is not changed stays on its line. */
const LAYOUT = { lineWidth: 0 } as const;

/** The place of the sections in the document: none for its root, or the entry of a camera, such as `['cameras', 0]`. */
export type Place = readonly (string | number)[];

/**
 * The text of a config file with what is drawn in its sections `zones`, `lines`, `ignore` and `calibration`. Comments stay; of sections that
 * do not change stays every character.
 *
 * @param text of the YAML file; empty for a new one
 * @param sections those that are written; the others stay as they are
 * @throws TwintrackError where the sections are tied to others by aliases, so that one cannot be changed without the other
 */
export function withDrawing(
  text: string,
  drawing: Drawing,
  sections: readonly (keyof Drawing)[] = [...SHAPE_SECTIONS, 'calibration'],
  place: Place = [],
): string {
  const document = parseDocument(text, QUIET);
  if (document.contents === null) document.contents = document.createNode({}) as never;
  const parent = document.getIn(place, true) as YAMLMap;
  const before = document.toJS() as object;
  for (const section of SHAPE_SECTIONS)
    if (sections.includes(section)) writeShapes(document, parent, section, drawing[section]);
  if (sections.includes('calibration')) writeCalibration(document, parent, drawing.calibration);
  const after = document.toJS() as object;
  if (isDeepStrictEqual(before, after)) return text;
  requireOthers(before, after, place);
  const whole = document.toString(LAYOUT);
  const better = [splice(text, tidy(whole)), splice(text, whole)];
  const result = better.find((one) => isDeepStrictEqual(parseOrNothing(one), after)) ?? whole;
  return text.includes('\r\n') ? result.replace(/\r?\n/g, '\r\n') : result;
}

/** Throws when something besides the drawn sections is another than before: an alias of them. */
function requireOthers(before: object, after: object, place: Place): void {
  const without = (value: unknown, [first, ...rest]: Place): unknown => {
    if (Array.isArray(value)) return value.map((item, i) => (i === first ? without(item, rest) : item));
    const entries = Object.entries((value ?? {}) as object);
    if (first === undefined)
      return Object.fromEntries(entries.filter(([key]) => ![...SHAPE_SECTIONS, 'calibration'].includes(key)));
    return Object.fromEntries(entries.map(([key, one]) => [key, key === first ? without(one, rest) : one]));
  };
  if (!isDeepStrictEqual(without(before, place), without(after, place)))
    throw new TwintrackError('the areas are shared with other sections by YAML aliases; write them out in the file');
}

function writeShapes(document: Document, parent: YAMLMap, section: ShapeSection, shapes: readonly Shape[]): void {
  const there = parent.get(section, true) as Node | undefined;
  if (shapes.length === 0 && !isMap(there)) return;
  const map = isMap(there) ? there : (document.createNode({}) as YAMLMap);
  if (map !== there) parent.set(section, map);
  if (map.items.length === 0) map.flow = false;
  const old = new Map(map.items.map((pair) => [String(isScalar(pair.key) ? pair.key.value : pair.key), pair]));
  const kept = new Set(shapes.map(({ was }) => was));
  map.items = map.items.filter((pair) => [...kept].some((was) => was !== undefined && old.get(was) === pair));
  for (const shape of shapes) {
    const pair = shape.was === undefined ? undefined : old.get(shape.was);
    if (pair && isMap(pair.value)) {
      if (shape.was !== shape.name) rename(document, pair, shape.name);
      writeShape(document, pair.value, section, shape);
    } else {
      if (pair) map.items.splice(map.items.indexOf(pair), 1);
      const node = document.createNode({}, { flow: true }) as YAMLMap;
      writeShape(document, node, section, shape);
      map.items.push(document.createPair(shape.name, node) as (typeof map.items)[number]);
    }
  }
  if (map.items.length === 0) map.flow = true;
}

function rename(document: Document, pair: Pair, name: string): void {
  if (isScalar(pair.key)) pair.key.value = name;
  else pair.key = document.createNode(name);
}

function writeShape(document: Document, node: YAMLMap, section: ShapeSection, { points, unit, anchor }: Shape): void {
  setList(document, node, 'points', points);
  setUnless(node, 'unit', unit, 'pixels');
  setUnless(node, 'anchor', anchor, usualAnchor(section));
}

/** Sets a value that differs from the one that counts now. */
function setUnless(node: YAMLMap, key: string, value: string, usual: string): void {
  if ((node.get(key) ?? usual) !== value) node.set(key, value);
}

function writeCalibration(document: Document, parent: YAMLMap, calibration: Drawing['calibration']): void {
  if (!calibration) {
    parent.delete('calibration');
    return;
  }
  const there = parent.get('calibration', true);
  const map = isMap(there) ? (there as YAMLMap) : (document.createNode({}) as YAMLMap);
  if (!isMap(there)) parent.set('calibration', map);
  setUnless(map, 'unit', calibration.unit, 'metres');
  const { origin } = calibration;
  if (!origin) map.delete('origin');
  else {
    const before = map.get('origin', true);
    const { heading = 0, ...rest } = (isMap(before) ? before.toJS(document) : {}) as Record<string, number>;
    if (!isDeepStrictEqual({ ...rest, heading }, { ...origin }))
      map.set('origin', document.createNode(origin, { flow: true }));
  }
  setList(document, map, 'points', calibration.points, false);
}

/** Sets a list; items that stay keep their nodes, and with them their comments. */
function setList(document: Document, node: YAMLMap, key: string, values: readonly unknown[], flow = true): void {
  const there = node.get(key, true);
  if (!isSeq(there)) {
    const list = document.createNode([], { flow }) as YAMLSeq;
    list.items = values.map((value) => flowAll(document.createNode(value) as Node));
    node.set(key, list);
    return;
  }
  const old = [...there.items] as Node[];
  const js = old.map((item) => item.toJS(document) as unknown);
  const free = new Set(old.keys());
  const reuse = values.map((value) => {
    const k = [...free].find((k) => isDeepStrictEqual(js[k], value));
    if (k !== undefined) free.delete(k);
    return k;
  });
  there.items = values.map((value, i) => {
    const k = reuse[i] ?? (values.length === old.length && free.has(i) ? i : undefined);
    if (k === undefined) return flowAll(document.createNode(value) as Node);
    free.delete(k);
    if (!isDeepStrictEqual(js[k], value)) assign(document, old[k], value);
    return old[k];
  });
}

function flowAll(node: Node): Node {
  if (isSeq(node)) {
    node.flow = true;
    for (const item of node.items) flowAll(item as Node);
  } else if (isMap(node)) {
    node.flow = true;
    for (const { value } of node.items) flowAll(value as Node);
  }
  return node;
}

/** Puts new numbers into a point, or into the lists of a ground point. */
function assign(document: Document, node: Node, value: unknown): void {
  if (isSeq(node) && Array.isArray(value)) node.items = value.map((number) => document.createNode(number));
  else if (isMap(node))
    for (const [key, part] of Object.entries(value as object)) {
      const inner = node.get(key, true);
      if (isSeq(inner)) assign(document, inner, part);
      else node.set(key, flowAll(document.createNode(part) as Node));
    }
}

/** Lists of numbers as they are written by hand: `[[1, 2], [3, 4]]`. */
function tidy(text: string): string {
  return text.replace(/\[ (?=[[\d.-])/g, '[').replace(/(?<=[\d\]]) (?=\])/g, '');
}

/** The new text, with the old one's characters for each top-level section that says the same. */
function splice(old: string, whole: string): string {
  const [before, after] = [segmentsOf(old), segmentsOf(whole)];
  if (!before || !after) return whole;
  const values = parse(old, QUIET) as Record<string, unknown>;
  const wanted = parse(whole, QUIET) as Record<string, unknown>;
  const parts = [...after.parts].map(([key, text]) => {
    const was = before.parts.get(key);
    if (was === undefined) return text;
    return isDeepStrictEqual(values[key], wanted[key]) ? was : withMargin(was, text);
  });
  return [before.head, ...parts].reduce(
    (all, part) => (all === '' || all.endsWith('\n') ? all + part : `${all}\n${part}`),
    '',
  );
}

/** Comments at the margin before the next section stay at the margin. @param old the text of the section before @param text as it is to be */
function withMargin(old: string, text: string): string {
  const before = old.split('\n');
  const n = before.length - 1 - before.findLastIndex((line) => line !== '' && !line.startsWith('#'));
  const tail = before.slice(before.length - n);
  const lines = text.split('\n');
  const body = lines.splice(0, lines.length - n);
  return lines.every((line, i) => line.trim() === tail[i].trim()) ? [...body, ...tail].join('\n') : text;
}

/** The text before the first section, and that of each up to the next; undefined where the root is no block of sections. */
function segmentsOf(text: string): { head: string; parts: Map<string, string> } | undefined {
  const { contents } = parseDocument(text, QUIET);
  if (!isMap(contents) || contents.flow || contents.items.length === 0) return undefined;
  const keys = contents.items.map(({ key }) => key);
  if (!keys.every((key) => isScalar(key) && key.range)) return undefined;
  const starts = keys.map((key) => (isScalar(key) ? key.range![0] : 0));
  const parts = keys.map(
    (key, i) => [String(isScalar(key) && key.value), text.slice(starts[i], starts[i + 1])] as const,
  );
  return { head: text.slice(0, starts[0]), parts: new Map(parts) };
}

function parseOrNothing(text: string): unknown {
  try {
    return parse(text, QUIET);
  } catch {
    return undefined;
  }
}
