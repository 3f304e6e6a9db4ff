/** Columns that are read: frame, id, x, y, w, h, score, class. */
export const READ_COLUMNS = 8;
/** Columns that each row has: those to the box. */
export const LEAST_COLUMNS = 6;

/** 10 to the powers that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));

/**
 * Reads a row in the plain form in which nearly all are written: numbers such as `-12.5`, with one comma, semicolon, tab or blank between two.
 * Takes a fifth of the time that {@link fieldsOf} and {@link numberIn} take, and gives the same numbers.
 *
 * @param values takes the columns, as many as there is room for
 * @returns the number of columns, that of `values` where there are more; 0 for a row in another form
 */
export function readPlainRow(text: string, values: Float64Array): number {
  const end = text.length;
  let separator = 0;
  let columns = 0;
  let at = 0;
  while (at < end) {
    let c = text.charCodeAt(at);
    const negative = c === 45;
    if (negative) c = text.charCodeAt(++at);
    let mantissa = 0;
    let digits = 0;
    let point = -1;
    for (; ; c = text.charCodeAt(++at)) {
      if (c >= 48 && c <= 57) {
        mantissa = 10 * mantissa + (c - 48);
        digits++;
      } else if (c === 46 && point < 0) point = digits;
      else break;
    }
    if (digits === 0 || digits > 15) return 0; // beyond, the division would round twice
    const value = point < 0 ? mantissa : mantissa / POWERS[digits - point];
    values[columns++] = negative ? -value : value;
    if (at === end) return columns;
    if (c !== 44 && c !== 59 && c !== 32 && c !== 9) return 0;
    if (separator === 0) separator = c;
    else if (c !== separator) return 0;
    at++;
    if (columns === values.length) return columns; // what follows is not read, and may have any form
  }
  return 0;
}

/**
 * The fields of a line; undefined of a line without: empty, or a comment, which begins with # or %. Semicolons separate them where there are
 * any; else commas, unless these are those of decimal numbers between blanks; else tabs or blanks. A separator at the end is not another
 * field, and quotes are taken off.
 */
export function fieldsOf(text: string): string[] | undefined {
  const row = text.trim();
  if (row === '' || row.startsWith('#') || row.startsWith('%')) return undefined;
  const bare = row.includes('"') || row.includes("'") ? row.replace(/"[^"]*"|'[^']*'/g, 'q') : row;
  const separator = separatorOf(bare);
  const fields = bare === row ? row.split(separator) : splitQuoted(row, separator);
  if (fields.at(-1)?.trim() === '') fields.pop();
  return fields;
}

function separatorOf(row: string): RegExp | string {
  const comma = row.includes(',');
  if (row.includes(';') && (!comma || row.split(';').length >= LEAST_COLUMNS)) return ';';
  if (comma) {
    const parts = row.split(/\s+/);
    const decimal = parts.every((part) => !part.includes(',') || DECIMAL_COMMA.test(part));
    if (!decimal || parts.length < LEAST_COLUMNS) return ',';
  }
  // Two tabs have an empty column between them; blanks only put rows below each other.
  return row.includes('\t') && row.split('\t').every((part) => !/\s/.test(part.trim())) ? '\t' : /\s+/;
}

function splitQuoted(row: string, separator: RegExp | string): string[] {
  const inside: string[] = [];
  const hidden = row.replace(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => {
    inside.push(double ?? single ?? '');
    return '\0'; // no text has one
  });
  let next = 0;
  return hidden.split(separator).map((field) => field.replace(/\0/g, () => inside[next++] ?? ''));
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const DECIMAL_COMMA = /^[+-]?\d+,\d+(?:[eE][+-]?\d+)?$/;
const THOUSANDS = /^[+-]?[1-9]\d{0,2},\d{3}$/;

/** The number in a field, which may have a decimal comma; NaN where there is none, or no finite one. */
export function numberIn(field: string): number {
  const text = field.trim();
  const plain = DECIMAL_COMMA.test(text) ? text.replace(',', '.') : text;
  if (!NUMBER.test(plain)) return Number.NaN;
  const value = Number(plain);
  return Number.isFinite(value) ? value : Number.NaN;
}

/** What a comma within a field is: certainly that of a decimal number, or perhaps one that separates thousands (1,234); undefined without. */
export function commaIn(field: string): 'decimal' | 'doubtful' | undefined {
  const text = field.trim();
  if (!DECIMAL_COMMA.test(text)) return undefined;
  return THOUSANDS.test(text) ? 'doubtful' : 'decimal';
}

/** What the columns are called in the headers of people's files, in lower case without blanks and underscores. The first that fits counts. */
const NAMES: readonly (readonly [column: string, names: RegExp])[] = [
  ['frame', /frame|^f$|^fr$|^fn$|^im(g|age)|^t$/],
  ['score', /conf|score|prob/],
  ['right', /x2|xmax|right|^r$|xbr|brx/],
  ['bottom', /y2|ymax|bottom|^b$|ybr|bry/],
  ['centre', /^[xy]c$|^[xy]cen|^c[xy]$|cent/],
  ['w', /^w$|width|^(bb|bbox|box)w$/],
  ['h', /^h$|height|^(bb|bbox|box)h$/],
  ['x', /^x|left|^(bb|bbox|box)x/],
  ['y', /^y|top|^(bb|bbox|box)y/],
  ['class', /class|categ|label|type/],
  ['id', /id$|^id|track|person|object|target/],
];
const ORDER = ['frame', 'id', 'x', 'y', 'w', 'h'];

/**
 * Whether a first row is a header: names and no numbers, of which at least three are known.
 *
 * @returns true for one with the columns in their order, false for none; else what is wrong with its columns
 */
export function headerOf(fields: readonly string[]): boolean | string {
  if (fields.length < ORDER.length || fields.some((field) => !Number.isNaN(numberIn(field)))) return false;
  const columns = fields.slice(0, ORDER.length).map((field) => {
    const name = field.toLowerCase().replace(/[\s_.-]/g, '');
    return NAMES.find(([, names]) => names.test(name))?.[0];
  });
  if (columns.filter((column) => column !== undefined).length < 3) return false;
  const wrong = columns.findIndex((column, k) => column !== undefined && column !== ORDER[k]);
  return (
    wrong < 0 ||
    `the header has "${fields[wrong].trim().slice(0, 40)}" in column ${wrong + 1}, where ${ORDER[wrong]} belongs`
  );
}
