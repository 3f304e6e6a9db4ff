import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadAssociation } from '../../src/association/model.ts';
import { TwintrackError } from '../../src/core/errors.ts';
import { readDetections } from '../../src/detection/mot-detections.ts';
import { loadParameters } from '../../src/engine/configuration.ts';
import { scoreFiles } from '../../src/evaluation/score-files.ts';
import { toModelFile } from '../../src/learning/association/report.ts';
import { trainAssociation } from '../../src/learning/association/train-association.ts';
import { loadMotRoot } from '../../src/learning/mot-root.ts';
import { loadConfiguration } from '../../src/live/configuration.ts';
import { openJsonSink, readMot, readTrajectories } from '../../src/trajectories/index.ts';
import { simulatedRoot } from '../learning/simulated-root.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { frame, RUN } from '../trajectories/frames.ts';

const folder = temporaryFolder();
const examples = join(import.meta.dirname, '../../examples');
const TRUTH = join(import.meta.dirname, '../evaluation/fixtures/mot17/gt/street/gt/gt.txt');
const MOT = '1,1,10.5,20,30,60,0.9,-1,-1,-1\n2,1,11.5,20,30,60,0.8,-1,-1,-1\n2,2,50,20,30,60,0.7,-1,-1,-1\n';

/** A trajectories file as it is written. */
async function trajectories(): Promise<string> {
  const path = join(folder, 'whole.trajectories.json');
  const sink = await openJsonSink(path, RUN);
  for (let index = 0; index < 20; index++) await sink.write(frame(index, index / 10, [[1, index, 2, 3, 4, 0.5, true]]));
  await sink.end(1);
  await sink.close();
  return readFileSync(path, 'utf8');
}

/** A model of simulated streets as `train association` writes it. */
async function associationModel(): Promise<string> {
  const root = simulatedRoot({ sequences: 2, frames: 60 });
  try {
    return toModelFile(await trainAssociation(await loadMotRoot(root)));
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** What is read from a file, and a valid file of the kind. */
const READERS: Record<
  string,
  readonly [valid: () => string | Promise<string>, read: (path: string) => Promise<unknown>]
> = {
  'MOT results': [() => MOT, (path) => readMot(path)],
  detections: [() => MOT, (path) => readDetections(path)],
  'results beside a ground truth': [() => MOT, (path) => scoreFiles(TRUTH, path)],
  trajectories: [trajectories, readTrajectories],
  'a config file': [() => readFileSync(join(examples, 'zones.yaml'), 'utf8'), (path) => loadParameters(path)],
  'a file of cameras': [
    () => readFileSync(join(examples, 'cameras.yaml'), 'utf8'),
    (path) => loadConfiguration([], path),
  ],
  'an association model': [associationModel, loadAssociation],
};

/** Bytes that replace some others: at a place between 0 and 1, over a length. */
const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 0, max: 20 }),
  by: fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc
      .constantFrom('', '\n', ',', ',,', '-1', 'NaN', '1e999', 'null', '[]', '{}', '"', ': ', '- ', '&a ', '*a', '\t')
      .map((text) => Buffer.from(text)),
  ),
});

function damaged(whole: Buffer, places: readonly { at: number; length: number; by: Uint8Array }[]): Buffer {
  return places.reduce((bytes, { at, length, by }) => {
    const from = Math.floor(at * bytes.length);
    return Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(from + length)]);
  }, whole);
}

describe('a damaged file', () => {
  it.each(Object.entries(READERS))(
    '%s: is read, or refused in one line',
    async (name, [valid, read]) => {
      const whole = Buffer.from(await valid());
      const path = join(folder, `${name}.txt`);
      writeFileSync(path, whole);
      await read(path);
      await fc.assert(
        fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (places) => {
          writeFileSync(path, damaged(whole, places));
          const error = await read(path).then(
            () => undefined,
            (reason: unknown) => reason,
          );
          if (error === undefined) return;
          expect(error).toBeInstanceOf(TwintrackError);
          expect(String(error)).not.toContain('\n');
        }),
        { numRuns: 2000 },
      );
    },
    300_000,
  );
});
