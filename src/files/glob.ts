import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Whether a path holds the signs of a pattern: `*`, `?`, `[`, `{`. */
export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/**
 * The existing paths that match a pattern: `*` and `?` within a name, `[a-z]`, `{jpg,png}`, `**` for any number of folders.
 * A name that begins with a dot is matched only by a pattern that does.
 */
export function glob(pattern: string): string[] {
  const absolute = pattern.startsWith('/');
  let paths = [absolute ? '/' : ''];
  for (const segment of pattern.split('/')) {
    if (segment === '') continue;
    if (segment === '**') paths = [...new Set(paths.flatMap(withSubfolders))];
    else if (isGlob(segment)) paths = paths.flatMap((base) => matches(base, segment));
    else paths = paths.map((base) => join(base, segment)).filter((path) => existsSync(path));
  }
  return [...new Set(paths)];
}

function matches(base: string, segment: string): string[] {
  const expression = toRegExp(segment);
  return list(base)
    .filter((entry) => expression.test(entry.name) && (segment.startsWith('.') || !entry.name.startsWith('.')))
    .map((entry) => join(base, entry.name));
}

function withSubfolders(base: string): string[] {
  const folders = list(base).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  return [base, ...folders.flatMap((entry) => withSubfolders(join(base, entry.name)))];
}

function list(folder: string) {
  try {
    return readdirSync(folder || '.', { withFileTypes: true });
  } catch {
    return [];
  }
}

function toRegExp(segment: string): RegExp {
  const source = segment.replace(/\*+|\?|\[!?[^\]]+\]|\{[^}]*\}|[\\^$.|+()[\]{}]/g, (token) => {
    if (token.startsWith('*')) return '.*';
    if (token === '?') return '.';
    if (token.length > 2 && token.startsWith('[')) return token.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    if (token.length > 1 && token.startsWith('{')) return `(?:${token.slice(1, -1).split(',').map(literal).join('|')})`;
    return `\\${token}`;
  });
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    return new RegExp(`^${literal(segment)}$`, 's'); // [5-1] is no range
  }
}

function literal(text: string): string {
  return text.replace(/[\\^$.|?+()[\]{}]/g, '\\$&').replaceAll('*', '.*');
}
