import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { track } from '../../src/engine/track.ts';
import { readTrajectories } from '../../src/trajectories/index.ts';
import { probe } from '../../src/video/index.ts';
import { runFfmpeg } from '../video/clips.ts';
import { endAll, folder, SAMPLE, statusOf, until } from './rig.ts';
import { follow } from './scenarios.ts';

afterEach(endAll);

const FRAMES = 16;
/** A camera's seconds, at which whole pictures are looked at, begin elsewhere: so each picture is. */
const parameters = { detection: { inputPixels: 60_000, emptyRate: 0 }, tracking: { tentativeSeconds: 1 } };

/** The sample's first frames, marked as BT.709. */
function clip(path: string, rate: number): string {
  const marked = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'];
  const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', ...marked];
  runFfmpeg('-r', `${rate}`, '-i', SAMPLE, '-frames:v', `${FRAMES}`, ...encoder, path);
  return path;
}

/** Ids and boxes, frame by frame, as a file's run has them. */
async function fromFile(path: string): Promise<number[][][]> {
  const frames: number[][][] = [];
  for await (const { people } of track(path, { parameters }))
    frames.push(people.map(({ id, box }) => [id, ...box.map((value) => Math.round(100 * value) / 100)]));
  return frames;
}

/** The same of a live run that plays the file as it were a camera; undefined when frames were dropped. */
async function fromCamera(path: string, out: string): Promise<number[][][] | undefined> {
  const cameras = [{ name: 'clip', url: path }];
  const live = await follow({ cameras, realtime: true, record: true, out }, parameters);
  await until('all frames', () => statusOf(live).received >= FRAMES, 120);
  await live.close();
  if (statusOf(live).dropped > 0) return undefined;
  const [document] = readdirSync(join(out, 'clip')).filter((name) => name.endsWith('.trajectories.json'));
  const frames: number[][][] = Array.from({ length: FRAMES }, () => []);
  for (const { id, frames: own, boxes } of (await readTrajectories(join(out, 'clip', document))).trajectories)
    own.forEach((frame, i) => {
      if (frame < FRAMES) frames[frame].push([id, ...boxes.subarray(4 * i, 4 * i + 4)]);
    });
  return frames;
}

describe('a file that is played as a camera', () => {
  it('gives the boxes and ids of a file that is tracked on-line, and records its colours', async () => {
    let live: number[][][] | undefined;
    let file = '';
    let out = '';
    // a machine that is too slow for this rate is given more time
    for (const rate of [4, 2, 1]) {
      out = folder();
      file = clip(join(out, 'clip.mp4'), rate);
      live = await fromCamera(file, out);
      if (live) break;
    }
    const expected = await fromFile(file);
    expect(expected.at(-1)!.length).toBeGreaterThan(2);
    expect(live).toEqual(expected);
    const recordings = readdirSync(join(out, 'clip')).filter((name) => name.endsWith('.annotated.mp4'));
    expect(recordings).not.toHaveLength(0);
    for (const name of recordings)
      expect(await probe(join(out, 'clip', name))).toMatchObject({ colourSpace: 'bt709', fullRange: false });
  }, 300_000);
});
