import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { glob, isGlob } from '../files/glob.ts';

/**
 * The trajectories files that are meant: those named, those that match a pattern, and all in a folder and the folders in it, in the order of
 * their names. What is none of these is left as it is.
 */
export function trajectoriesFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!existsSync(path)) return isGlob(path) && glob(path).length > 0 ? glob(path).sort() : [path];
    const within = statSync(path).isDirectory() ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
    const files = within.filter((name) => name.endsWith('.trajectories.json')).map((name) => join(path, name));
    return files.length > 0 ? files.sort() : [path];
  });
}
