import { basename, dirname, join } from 'node:path';
import { Canvas } from '../annotation/canvas.ts';
import { BLACK, colourOf, WHITE } from '../annotation/colours.ts';
import { Font } from '../annotation/font.ts';
import { PATCH_HEIGHT, PATCH_WIDTH } from '../appearance/patches.ts';
import { inputError } from '../core/errors.ts';
import { OutputFile } from '../files/output-file.ts';
import { encodePng } from '../video/encode-stills.ts';
import { i420Layout } from '../video/i420.ts';
import { openVideo } from '../video/index.ts';
import { listPictures } from '../video/still-images.ts';

/** Trajectories and patches of each that are shown. */
const ROWS = 10;
const COLUMNS = 8;
const GAP = 8;
/** Pixels of an em, and the height of a line, which is even so that patches come to even places. */
const TEXT = 15;
const LABEL = 14 + GAP;
/** Patches are all of this size; the picture asked for is shown in it as well. */
const { bytes: BYTES } = i420Layout(PATCH_WIDTH, PATCH_HEIGHT);

/** One row of the sheet. */
export interface SheetRow {
  readonly label: string;
  /** Gives the row its colour: that of the trajectory in the annotated video. */
  readonly id: number;
  /** Paths of the patches, best first. */
  readonly patches: readonly string[];
}

/**
 * Writes a PNG that shows the picture asked for and, below it, the best patches of the trajectories found.
 *
 * @param path the PNG; replaced when it is there
 * @throws TwintrackError when a picture cannot be read or the sheet not be written
 */
export async function writeContactSheet(path: string, query: string, found: readonly SheetRow[]): Promise<void> {
  const rows = found.slice(0, ROWS);
  const pictures = await readPatches(rows);
  const rowHeight = LABEL + PATCH_HEIGHT + GAP;
  const width = GAP + COLUMNS * (PATCH_WIDTH + GAP);
  const height = GAP + (1 + rows.length) * rowHeight;
  const pixels = new Uint8Array(i420Layout(width, height).bytes);
  const canvas = new Canvas(width, height);
  const font = new Font(TEXT);
  canvas.begin(pixels);
  canvas.rectangle(0, 0, width, height, BLACK);
  const write = (text: string, top: number) => {
    font.draw(canvas, fitting(text, font, width - 2 * GAP), GAP, top);
    canvas.paint(WHITE);
  };
  write(basename(query), GAP);
  paste(pixels, width, height, await scaled(query), GAP, GAP + LABEL);
  rows.forEach(({ label, id, patches }, r) => {
    const top = GAP + (r + 1) * rowHeight;
    canvas.rectangle(GAP, top - GAP / 2 - 1, width - GAP, top - GAP / 2 + 1, colourOf(id));
    write(label, top);
    patches.slice(0, COLUMNS).forEach((path, c) => {
      const picture = pictures.get(path);
      if (picture) paste(pixels, width, height, picture, GAP + c * (PATCH_WIDTH + GAP), top + LABEL);
    });
  });
  await OutputFile.put(path, await encodePng(pixels, { width, height, format: 'i420' }));
}

/** As much of a text as fits into a width in pixels. */
function fitting(text: string, font: Font, width: number): string {
  let most = text.length;
  while (most > 0 && font.width(text.slice(0, most)) > width) most--;
  return text.slice(0, most);
}

/** The patches to show by path, as I420: those of a folder are decoded by one process. */
async function readPatches(rows: readonly SheetRow[]): Promise<Map<string, Uint8Array>> {
  const pictures = new Map<string, Uint8Array>();
  const wanted = new Set(rows.flatMap(({ patches }) => patches.slice(0, COLUMNS)));
  for (const folder of new Set([...wanted].map((path) => dirname(path)))) {
    const names = listPictures(folder).map((path) => basename(path));
    let left = names.filter((name) => wanted.has(join(folder, name))).length;
    if (left === 0) continue;
    for await (const { index, pixels } of await openVideo(folder, { pixels: true, frameRate: 25 })) {
      const path = join(folder, names[index]);
      if (!wanted.has(path)) continue;
      if (pixels?.length === BYTES) pictures.set(path, pixels);
      if (--left === 0) break;
    }
  }
  return pictures;
}

/** The picture asked for in the size of a patch, as I420. */
async function scaled(query: string): Promise<Uint8Array> {
  const letterbox = { width: PATCH_WIDTH, height: PATCH_HEIGHT, innerWidth: PATCH_WIDTH, innerHeight: PATCH_HEIGHT };
  for await (const { input } of await openVideo(query, {
    maxFrames: 1,
    letterbox: { ...letterbox, offsetX: 0, offsetY: 0 },
  }))
    return fromRgb(input!);
  throw inputError(query, 'holds no picture that can be decoded', 'give another one');
}

/** Planes R, G, B as I420 in limited range (ITU-R BT.601). */
function fromRgb(planes: Uint8Array): Uint8Array {
  const size = PATCH_WIDTH * PATCH_HEIGHT;
  const out = new Uint8Array(BYTES);
  for (let k = 0; k < size; k++) {
    const [r, g, b] = [planes[k] / 255, planes[size + k] / 255, planes[2 * size + k] / 255];
    out[k] = Math.round(16 + 65.481 * r + 128.553 * g + 24.966 * b);
    const column = k % PATCH_WIDTH;
    const row = (k - column) / PATCH_WIDTH;
    if ((column | row) & 1) continue;
    const at = size + (row / 2) * (PATCH_WIDTH / 2) + column / 2;
    out[at] = Math.round(128 - 37.797 * r - 74.203 * g + 112 * b);
    out[at + size / 4] = Math.round(128 + 112 * r - 93.786 * g - 18.214 * b);
  }
  return out;
}

/** Copies a patch to an even place. */
function paste(to: Uint8Array, width: number, height: number, patch: Uint8Array, left: number, top: number): void {
  let [source, target] = [0, 0];
  for (const half of [1, 2, 2]) {
    const [w, h] = [PATCH_WIDTH / half, PATCH_HEIGHT / half];
    const stride = width / half;
    for (let y = 0; y < h; y++) {
      const row = patch.subarray(source + y * w, source + (y + 1) * w);
      to.set(row, target + (top / half + y) * stride + left / half);
    }
    source += w * h;
    target += stride * (height / half);
  }
}
