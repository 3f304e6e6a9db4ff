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
}

/** Lines of a page or example for a shell. */
export interface Line extends Pick<Block, 'place' | 'language'> {
  readonly line: string;
  readonly words: readonly string[];
}

/** The blocks of the pages, and the examples of what the built package exports. */
export async function allBlocks(): Promise<Block[]> {
  return [...pageBlocks(), ...exampleBlocks(await exported())];
}

/** The TypeScript among blocks that needs a camera, trains, or neither: three test files run them. */
export function typescriptOf(blocks: readonly Block[], needs?: 'camera' | 'training'): Block[] {
  return blocks.filter(({ language, code }) => ['ts', 'js', 'mjs'].includes(language) && needsOf(code) === needs);
}

/** The lines of blocks for a shell. */
export function shellLines(blocks: readonly Block[]): Line[] {
  return blocks
    .filter(({ language }) => ['', 'sh', 'bash'].includes(language))
    .flatMap(({ place, language, code }) =>
      code
        .replaceAll(/\\\n\s*/g, '')
        .split(/\n|&&/)
        .map((line) => ({ place, language, line: line.trim(), words: wordsOf(line) })),
    );
}

/** Those that run twintrack, each once; a synopsis, with its options in brackets, is none. */
export function commandsOf(lines: readonly Line[]): (Line & { readonly args: string[] })[] {
  const commands = lines
    .filter(({ line }) => /^(npx )?twintrack /.test(line) && !isSynopsis(line))
    .map((line) => ({ ...line, args: line.words.slice(line.words.indexOf('twintrack') + 1) }));
  return [...new Map(commands.map((command) => [command.args.join(' '), command])).values()];
}

/** Whether a line shows the options of a command in brackets. */
export function isSynopsis(line: string): boolean {
  return line.includes('[--');
}

/** The names that the package exports, with the first entry point of each. */
async function exported(): Promise<Map<string, string>> {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { import: { default: string } }>;
  };
  const names = new Map<string, string>();
  for (const [path, target] of Object.entries(exports)) {
    if (typeof target === 'string') continue;
    for (const name of Object.keys(await import(join(root, target.import.default))))
      if (!names.has(name)) names.set(name, path.replace('.', 'twintrack'));
  }
  return names;
}

/** The blocks of README.md and of the pages in docs. */
function pageBlocks(): Block[] {
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', ...pages.sort().map((name) => `docs/${name}`)].flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const fences = /```(?<language>\w*)\n(?<code>[\s\S]*?)^```$(?:\n+```text\n(?<printed>[\s\S]*?)^```$)?/gm;
    return [...text.matchAll(fences)].map(({ index, groups }) => {
      const { language, code = '', printed } = groups as Record<string, string | undefined>;
      const line = text.slice(0, index).split('\n').length;
      return {
        place: `${page}:${line}`,
        language: language ?? '',
        code,
        ...(printed !== undefined && { printed }),
      };
    });
  });
}

/**
 * The `@example` blocks of the functions that src exports.
 *
 * @param entries names that the package exports, with the entry point of each; those that an example uses are imported
 */
function exampleBlocks(entries: ReadonlyMap<string, string>): Block[] {
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
      return [{ place: `${basename(file)}:${name}`, language: 'ts', code: `${imports}${code}` }];
    });
  });
}

function needsOf(code: string): 'camera' | 'training' | undefined {
  if (code.includes("from 'twintrack/learning'")) return 'training';
  return code.includes("from 'twintrack") && code.includes('rtsp:') ? 'camera' : undefined;
}

/** Words of a line of a shell, without its comment. */
function wordsOf(line: string): string[] {
  const words = line.matchAll(/#.*|'([^']*)'|"([^"]*)"|[^\s'"#]+/g);
  return [...words].filter(([word]) => !word.startsWith('#')).map(([word, single, double]) => single ?? double ?? word);
}
