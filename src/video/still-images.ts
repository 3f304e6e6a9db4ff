import { readdirSync, rmSync, symlinkSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { inputError } from '../core/errors.ts';
import { runAtExit } from '../files/at-exit.ts';
import { makeTemporaryFolder } from '../files/temporary.ts';

/** File endings of pictures, and the ending that stands for their format. */
const FORMATS: Readonly<Record<string, string>> = {
  '.jpg': '.jpg',
  '.jpeg': '.jpg',
  '.png': '.png',
  '.bmp': '.bmp',
  '.webp': '.webp',
  '.tif': '.tif',
  '.tiff': '.tif',
};

const collator = new Intl.Collator('en', { numeric: true });

/** The order a person expects: `img2` before `img10`. */
export function naturalOrder(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : Number(a > b));
}

/** Whether a path ends like a picture's. */
export function isPicture(path: string): boolean {
  return extname(path).toLowerCase() in FORMATS;
}

/** The pictures of a folder in natural order, hidden files left out. */
export function listPictures(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => isPicture(name) && !name.startsWith('.'))
    .sort(naturalOrder)
    .map((name) => join(folder, name));
}

/**
 * Makes a temporary folder of numbered links to the pictures. ffmpeg then reads them one file a frame, in our order and whatever
 * their names are (its own patterns give `%` a meaning and sort otherwise).
 *
 * @throws TwintrackError when the pictures are of several formats: ffmpeg decodes a sequence with one decoder
 */
export function linkPictures(subject: string, pictures: readonly string[]): { pattern: string; remove(): void } {
  const format = FORMATS[extname(pictures[0]).toLowerCase()];
  const other = pictures.find((path) => FORMATS[extname(path).toLowerCase()] !== format);
  if (other) {
    const reason = `mixes pictures of several formats (${basename(pictures[0])}, ${basename(other)})`;
    throw inputError(subject, reason, `name one kind with a pattern, e.g. '*${format}'`);
  }
  const folder = makeTemporaryFolder();
  const forget = runAtExit(() => rmSync(folder, { recursive: true, force: true }));
  pictures.forEach((path, i) => {
    symlinkSync(resolve(path), join(folder, `${String(i).padStart(9, '0')}${format}`));
  });
  return {
    pattern: join(folder.replaceAll('%', '%%'), `%09d${format}`),
    remove() {
      rmSync(folder, { recursive: true, force: true });
      forget();
    },
  };
}
