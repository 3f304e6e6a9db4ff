import { basename, isAbsolute, sep } from 'node:path';
import { globSync } from 'tinyglobby';

/** Whether a path holds the signs of a pattern: `*`, `?`, `[`, `{`. */
export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/**
 * The existing files and folders that match a pattern: `*` and `?` within a name, `[a-z]`, `{jpg,png}`, `**` for any number of folders.
 * Brackets `()` and a `!` at the beginning stand for themselves. A name that begins with a dot is matched only by a pattern that does.
 */
export function glob(pattern: string): string[] {
  const slashes = sep === '\\' ? pattern.replaceAll(sep, '/') : pattern;
  const literal = slashes.replace(/[()]|^!/g, '\\$&');
  const hidden = basename(slashes).startsWith('.');
  return globSync(literal, {
    absolute: isAbsolute(pattern),
    expandDirectories: false,
    onlyFiles: false,
    extglob: false,
  })
    .map((path) => path.replace(/(?<=.)\/$/, ''))
    .filter((path) => hidden || !basename(path).startsWith('.')); // `[!b]*` would match those too
}
