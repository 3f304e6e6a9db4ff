import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PATCH_BYTES, PATCH_HEIGHT, PATCH_WIDTH } from '../../appearance/patches.ts';
import { inputError } from '../../core/errors.ts';
import { openVideo } from '../../video/index.ts';
import { listPictures } from '../../video/still-images.ts';
import type { People } from './people.ts';

const STRETCHED = {
  width: PATCH_WIDTH,
  height: PATCH_HEIGHT,
  innerWidth: PATCH_WIDTH,
  innerHeight: PATCH_HEIGHT,
  offsetX: 0,
  offsetY: 0,
};

/**
 * Reads a folder of pictures of people, each stretched to 128 × 64: `ID_*.jpg`, where ID is the person and a letter behind it may name
 * the camera (`0007_a2.jpg`); or named as in Market-1501, `0007_c1s3_000451_03.jpg`, where the ids 0000 and -1 mean no identity and are
 * left out; or the root of Market-1501, of which `bounding_box_train` is taken.
 *
 * @throws TwintrackError when there is no picture, one is named otherwise or cannot be decoded
 */
export async function readPictureFolder(path: string, signal?: AbortSignal): Promise<People> {
  const inner = join(path, 'bounding_box_train');
  const folder = existsSync(inner) ? inner : path;
  const video = await openVideo(folder, { letterbox: STRETCHED, ...(signal && { signal }) });
  const files = listPictures(folder);
  const people = new Map<string, number>();
  const cameras = new Map<string, number>();
  const named = files.map((file) => nameOf(file)); // also of those left out, so that a folder of something else is an error at once
  const wanted = named.filter((name) => !name.distractor).length;
  const patches = new Uint8Array(wanted * PATCH_BYTES);
  const person = new Int32Array(wanted);
  const camera = new Int32Array(wanted);
  const number = (of: Map<string, number>, key: string): number => of.get(key) ?? of.set(key, of.size).size - 1;
  let n = 0;
  let expected = 0;
  const broken = (index: number, cause?: unknown) =>
    inputError(files[index], 'cannot be decoded', 'remove it, or copy it again', cause);
  try {
    for await (const { index, input } of video) {
      if (index > expected) throw broken(expected);
      expected = index + 1;
      const { id, camera: seenBy, distractor } = named[index];
      if (distractor) continue;
      patches.set(input!, n * PATCH_BYTES);
      person[n] = number(people, id);
      camera[n++] = seenBy === undefined ? -1 : number(cameras, seenBy);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw expected < files.length ? broken(expected, error) : error;
  }
  return { length: n, patches, person, camera, count: people.size };
}

interface Name {
  readonly id: string;
  readonly camera?: string | undefined;
  /** Whether the picture has no identity. */
  readonly distractor: boolean;
}

function nameOf(file: string): Name {
  const name = basename(file);
  const market = /^(-?\d+)_c(\d+)s\d+_/.exec(name);
  if (market) return { id: market[1], camera: market[2], distractor: Number(market[1]) <= 0 };
  const plain = /^([^_]+)_([a-z](?=\d))?/.exec(name);
  if (plain) return { id: plain[1], camera: plain[2], distractor: false };
  throw inputError(file, 'names no person', 'name the pictures ID_1.jpg, ID_2.jpg, … with one ID for each person');
}
