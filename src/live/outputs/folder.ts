import { readdirSync } from 'node:fs';

/** Names of the files in a folder that match a pattern, sorted; names that begin with a time are in order of time. */
export function namesIn(folder: string, pattern: RegExp): string[] {
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .sort();
}

/** The first of `stem`, `stem-2`, … that no name in the folder begins with, followed by `ending`. */
export function freeStem(folder: string, stem: string, ending: string): string {
  const names = readdirSync(folder);
  let free = stem;
  for (let n = 2; names.some((name) => name.startsWith(`${free}${ending}`)); n++) free = `${stem}-${n}`;
  return free;
}
