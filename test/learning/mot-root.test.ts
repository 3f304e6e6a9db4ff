import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evaluateSequence, figures } from '../../src/evaluation/index.ts';
import { loadMotRoot } from '../../src/learning/mot-root.ts';
import { simulatedRoot, writeSequence } from './simulated-root.ts';

let root: string;
beforeEach(() => {
  root = simulatedRoot({ sequences: 2, frames: 20 });
});
afterEach(() => rmSync(root, { recursive: true }));

describe('a MOT root', () => {
  it('gives every frame with its time, detections and who they are', async () => {
    const sequences = await loadMotRoot(root);
    expect(sequences.map(({ name, frameRate, frames }) => [name, frameRate, frames.length])).toEqual([
      ['street-1', 10, 20],
      ['street-2', 10, 20],
    ]);
    for (const { frames, truth } of sequences) {
      expect(frames.map((frame) => frame.time)).toEqual(frames.map((_, f) => f / 10));
      expect(truth.length).toBe(20);
      const identities = frames.flatMap((frame) => [...frame.identities]);
      expect(identities).toHaveLength(frames.reduce((sum, frame) => sum + frame.detections.length, 0));
      // Most detections are of people, and nearly all of those lie well.
      expect(identities.filter((id) => id > 0).length).toBeGreaterThan(0.5 * identities.length);
      for (const frame of frames) {
        const known = frame.identities.filter((id) => id > 0);
        expect(new Set(known).size).toBe(known.length);
      }
    }
  });

  it('has ground truth and detections in the same coordinates', async () => {
    writeSequence(join(root, 'same'), {
      gt: ['1,3,11,21,10,20,1', '3,3,12,21,10,20,1'],
      det: ['1,-1,11,21,10,20,0.9', '3,-1,12,21,10,20,0.9'],
      frames: 4,
      frameRate: 25,
    });
    const [{ frames, truth }] = await loadMotRoot(join(root, 'same'));
    expect([...frames[0].detections.boxes]).toEqual([11, 21, 10, 20]);
    expect(frames.map((frame) => [...frame.identities])).toEqual([[1], [], [1], []]);
    const boxes = Float64Array.from(frames.flatMap((frame) => [...frame.detections.boxes]));
    const { HOTA, LocA } = figures(
      evaluateSequence(truth, { frames: Int32Array.of(0, 2), ids: Int32Array.of(1, 1), boxes }),
    );
    expect([HOTA, LocA]).toEqual([100, 100]);
  });

  it('knows the other layout and other names of detections', async () => {
    const folder = join(root, 'street-1');
    renameSync(join(folder, 'gt', 'gt.txt'), join(folder, 'gt.txt'));
    renameSync(join(folder, 'det', 'det.txt'), join(folder, 'det.txt'));
    expect(await loadMotRoot(root)).toHaveLength(2);
    renameSync(join(folder, 'det.txt'), join(folder, 'mine.txt'));
    const [sequence] = await loadMotRoot(folder, { det: 'mine.txt' });
    expect(sequence.name).toBe('street-1');
    expect(sequence.frames.some((frame) => frame.detections.length > 0)).toBe(true);
  });

  it('loads a sequence once with each of several detection files that it has', async () => {
    writeFileSync(join(root, 'street-1', 'other.txt'), '1,-1,1,1,10,20,0.9\n');
    const names = ['other.txt', join('det', 'det.txt')];
    const sequences = await loadMotRoot(root, { det: names });
    expect(sequences.map(({ name, det }) => [name, det])).toEqual([
      ['street-1', 'other.txt'],
      ['street-1', 'det.txt'],
      ['street-2', 'det.txt'],
    ]);
    expect(sequences[0].frames.map(({ detections }) => detections.length).slice(0, 2)).toEqual([1, 0]);
    rmSync(join(root, 'street-1', 'other.txt'));
  });

  it('takes people that need not be found as people (from 2016 on), and cars as none', async () => {
    writeSequence(join(root, 'classes'), {
      gt: ['1,1,1,1,10,20,1,1,1', '1,2,101,1,10,20,0,7,1', '1,3,201,1,10,20,0,3,1'],
      det: ['1,-1,1,1,10,20,0.9', '1,-1,101,1,10,20,0.8', '1,-1,201,1,10,20,0.7'],
      frames: 1,
      frameRate: 25,
    });
    const [{ frames }] = await loadMotRoot(join(root, 'classes'));
    expect([...frames[0].identities].map((id) => Math.sign(id))).toEqual([1, 1, 0]);
  });

  it('names in one line what is missing or wrong', async () => {
    const folder = join(root, 'street-2');
    const fails = async (message: RegExp, det?: string): Promise<void> => {
      const error = (await loadMotRoot(root, { det }).catch((e: unknown) => e)) as Error;
      expect(error.message).toMatch(message);
      expect(error.message).not.toContain('\n');
    };
    await fails(/no detections of street-1, looked for none\.txt; check the name given with --det$/, 'none.txt');
    writeFileSync(join(folder, 'det', 'det.txt'), '21,-1,1,1,10,20,0.9\n');
    await fails(/det\.txt: frame 21 is past the end of street-2, 20 frames$/);
    rmSync(join(folder, 'det'), { recursive: true });
    await fails(/street-2: no detections of street-2, looked for det.det\.txt and det\.txt; name the file with --det$/);
    writeFileSync(join(folder, 'seqinfo.ini'), '[Sequence]\nframeRate=fast\n');
    await fails(/seqinfo\.ini: has no frameRate; write frameRate=/);
    rmSync(join(folder, 'seqinfo.ini'));
    await fails(/seqinfo\.ini: does not exist: the frame rate is not known; write frameRate=/);
    const empty = join(root, 'empty');
    mkdirSync(empty);
    await expect(loadMotRoot(empty)).rejects.toThrow(/empty: holds no ground truth/);
    await expect(loadMotRoot(join(root, 'nowhere'))).rejects.toThrow(/nowhere: does not exist/);
  });
});
