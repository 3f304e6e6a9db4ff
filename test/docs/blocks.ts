import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** A fenced block of a page, or an `@example`. */
export interface Block {
  /** Where it stands: `README.md:25`. */
  readonly place: string;
  /** Language of the fence; empty without one. */
  readonly language: string;
  readonly code: string;
  /** The block of language `text` that follows it: what it prints. */
  readonly printed?: string;
  /** Why it is compiled and not run: `<!-- not run: reason -->` before it, or what it needs. */
  readonly notRun?: string;
}

/** The blocks of README.md and of the pages in docs. */
export function pageBlocks(): Block[] {
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', ...pages.sort().map((name) => `docs/${name}`)].flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const fences =
      /(?:<!-- not run: (?<notRun>.*) -->\n+)?```(?<language>\w*)\n(?<code>[\s\S]*?)^```$(?:\n+```text\n(?<printed>[\s\S]*?)^```$)?/gm;
    return [...text.matchAll(fences)].map(({ index, groups }) => {
      const { language, code = '', printed, notRun = needs(code) } = groups as Record<string, string | undefined>;
      const line = text.slice(0, text.indexOf('```', index)).split('\n').length;
      return {
        place: `${page}:${line}`,
        language: language ?? '',
        code,
        ...(printed !== undefined && { printed }),
        ...(notRun !== undefined && { notRun }),
      };
    });
  });
}

/**
 * The `@example` blocks of the functions that src exports.
 *
 * @param entries names that the package exports, with the entry point of each; those that an example uses are imported
 */
export function exampleBlocks(entries: ReadonlyMap<string, string>): Block[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return files.sort().flatMap((file) => {
    const text = readFileSync(join(root, 'src', file), 'utf8');
    const examples = /^ \* @example\n((?: \*.*\n)*?) \*\/\nexport (?:async )?function\*? (\w+)/gm;
    return [...text.matchAll(examples)].flatMap(([, comment, name]) => {
      if (!entries.has(name)) return [];
      const code = comment.replaceAll(/^ \* ?/gm, '');
      const used = [...entries].filter(
        ([known]) => !/^import /m.test(code) && new RegExp(`\\b${known}\\b(?!:)`).test(code),
      );
      const imports = used.map(([known, entry]) => `import { ${known} } from '${entry}';\n`).join('');
      const notRun = needs(imports + code);
      return [
        { place: `${basename(file)}:${name}`, language: 'ts', code: `${imports}${code}`, ...(notRun && { notRun }) },
      ];
    });
  });
}

/** What TypeScript needs that is not at hand here; undefined where nothing is missing. */
function needs(code: string): string | undefined {
  if (code.includes("from 'twintrack/learning'")) return 'trains on data that is not here';
  return code.includes("from 'twintrack") && code.includes('rtsp:') ? 'needs a camera' : undefined;
}

/** Words of a line of a shell, without its comment. */
export function wordsOf(line: string): string[] {
  const words = line.matchAll(/#.*|'([^']*)'|"([^"]*)"|[^\s'"#]+/g);
  return [...words].filter(([word]) => !word.startsWith('#')).map(([word, single, double]) => single ?? double ?? word);
}
