/** An element of a document, by its name without prefix. */
export interface Element {
  readonly name: string;
  /** What is between the angle brackets, after the name. */
  readonly attributes: string;
  /** The text directly in it, decoded. */
  readonly text: string;
  /** All elements in it, at any depth, in the order of the document. */
  inside(name: string): Element[];
  /** The text of the first element of a name in it; empty where there is none. */
  textOf(name: string): string;
}

/**
 * Reads as much of XML as the answers of devices have: elements, attributes, text and CDATA. What is wrong in it is passed over. Takes time
 * that is proportional to its length, whatever is in it.
 *
 * @example parseXml('<a:Uri>rtsp://x/1?a=1&amp;b=2</a:Uri>').textOf('Uri') // 'rtsp://x/1?a=1&b=2'
 */
export function parseXml(xml: string): Element {
  const elements: ParsedElement[] = [];
  const root = new ParsedElement('', '', 0, elements);
  const open = [root];
  for (let at = 0; at < xml.length; ) {
    const start = xml.indexOf('<', at);
    const within = open[open.length - 1];
    within.text += decoded(xml.slice(at, start < 0 ? xml.length : start));
    if (start < 0) break;
    const isData = xml.startsWith('<![CDATA[', start);
    const sign = isData ? ']]>' : xml.startsWith('<!--', start) ? '-->' : '>';
    const end = xml.indexOf(sign, start);
    if (end < 0) break;
    at = end + sign.length;
    if (isData) within.text += xml.slice(start + 9, end);
    const [, closing, name, attributes, empty] = /^<(\/?)(?:[\w.-]+:)?([\w.-]+)(.*?)(\/?)>$/s.exec(
      xml.slice(start, end + 1),
    ) ?? ['', '', '', '', ''];
    if (name === '') continue;
    if (!closing) {
      const element = new ParsedElement(name, attributes, elements.length, elements);
      elements.push(element);
      if (!empty) open.push(element);
    } else if (open.length > 1) open.pop()!.end = elements.length;
  }
  for (const element of open) element.end = elements.length;
  return root;
}

class ParsedElement implements Element {
  readonly name: string;
  readonly attributes: string;
  text = '';
  /** Where it stands in the list of all, and where what is in it ends. */
  readonly #start: number;
  end: number;
  readonly #all: readonly ParsedElement[];

  constructor(name: string, attributes: string, start: number, all: readonly ParsedElement[]) {
    this.name = name;
    this.attributes = attributes;
    this.#start = start;
    this.end = start;
    this.#all = all;
  }

  inside(name: string): Element[] {
    return this.#all.slice(this.#start, this.end).filter((element) => element !== this && element.name === name);
  }

  textOf(name: string): string {
    return this.inside(name)[0]?.text.trim() ?? '';
  }
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(lt|gt|amp|quot|apos));/gi, (whole, decimal, hex, name) => {
    if (name) return NAMED[name.toLowerCase()];
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** A text as it stands in XML. */
export function encoded(text: string): string {
  return text.replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
