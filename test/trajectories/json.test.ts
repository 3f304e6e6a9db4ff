import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  openJsonSink,
  readTrajectories,
  readTrajectoriesHeader,
  streamTrajectories,
  type Trajectory,
  trajectoriesJsonSchema,
} from '../../src/trajectories/index.ts';
import { frame, RUN } from './frames.ts';
import { anyTrajectories, FRAMES, RATE, temporaryFolder, writeAll } from './helpers.ts';

const folder = temporaryFolder();
let count = 0;
const fresh = () => join(folder, `${count++}.trajectories.json`);

async function writeSmall(path: string): Promise<void> {
  const sink = await openJsonSink(path, RUN);
  await sink.write(frame(0, 0, [[1, 10, 20, 30.004, 40, 0.9, true]]));
  await sink.write(
    frame(1, 0.1, [
      [1, 11.126, 20, 30, 40, 0.9, false],
      [2, -5.5, 0, 8, 9, 0.12345, true],
    ]),
  );
  await sink.write(frame(2, 0.2000004, []));
  await sink.end(2);
  await sink.close();
}

const SMALL = `{"schema":"twintrack/trajectories","version":2,
"generator":"twintrack 0.1.0",
"source":{"name":"street.mp4","width":768,"height":576,"frameRate":10},
"models":[{"role":"detector","name":"rtmdet-nano","sha256":"${'a'.repeat(64)}"}],
"parameters":{"tracking":{"highScore":0.5},"online":true},
"trajectories":[
{"id":2,"start":0.1,"end":0.1,"observations":[{"frame":1,"time":0.1,"box":[-5.5,0,8,9],"score":0.1235,"detected":true}]},
{"id":1,"start":0,"end":0.1,"observations":[{"frame":0,"time":0,"box":[10,20,30,40],"score":0.9,"detected":true},{"frame":1,"time":0.1,"box":[11.13,20,30,40],"score":0.9,"detected":false}]}
],
"summary":{"frames":3,"duration":0.3,"trajectories":2,"observations":3},
"complete":true}
`;

async function message(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: Error) => error.message,
  );
}

const damaged = (from: string | RegExp, to: string) => {
  expect(SMALL).toMatch(from);
  const path = fresh();
  writeFileSync(path, SMALL.replace(from, to));
  return message(readTrajectories(path));
};

describe('the JSON document', () => {
  it('is written as it is documented, to the letter', async () => {
    const path = fresh();
    await writeSmall(path);
    expect(readFileSync(path, 'utf8')).toBe(SMALL);
  });

  it('has no trajectories for a video without people or frames', async () => {
    const path = fresh();
    await (await openJsonSink(path, RUN)).close();
    const { trajectories, summary, complete } = await readTrajectories(path);
    expect({ trajectories, summary, complete }).toEqual({
      trajectories: [],
      summary: { frames: 0, duration: 0, trajectories: 0, observations: 0 },
      complete: true,
    });
  });

  it('says why it is not complete, and hides credentials', async () => {
    const path = fresh();
    const sink = await openJsonSink(path, { ...RUN, source: { name: 'rtsp://admin:secret@cam/1' } });
    await sink.write(frame(0, 0, [[1, 1, 2, 3, 4, 1, true]]));
    await sink.close('rtsp://admin:secret@cam/1 broke at frame 1');
    const document = await readTrajectories(path);
    expect(document.complete).toBe(false);
    expect(document.reason).toBe('rtsp://***@cam/1 broke at frame 1');
    expect(document.source.name).toBe('rtsp://***@cam/1');
    expect(document.trajectories).toHaveLength(1);
  });

  it('comes back as it was given, rounded', async () => {
    await fc.assert(
      fc.asyncProperty(anyTrajectories, async (trajectories) => {
        const path = fresh();
        await writeAll(await openJsonSink(path, RUN), trajectories, FRAMES, RATE);
        const document = await readTrajectories(path);
        expect(document.source).toEqual(RUN.source);
        expect(document.models).toEqual(RUN.models);
        expect(document.parameters).toEqual(RUN.parameters);
        expect(document.summary.frames).toBe(FRAMES);
        expect(document.summary.duration).toBeCloseTo(FRAMES / RATE, 6);
        const byId = [...document.trajectories].sort((a, b) => a.id - b.id);
        const expected = [...trajectories].sort((a, b) => a.id - b.id);
        expect(byId.map((t) => t.id)).toEqual(expected.map((t) => t.id));
        for (const [i, read] of byId.entries()) expectSame(read, expected[i]);
      }),
      { numRuns: 60 },
    );
  });

  it('is valid by its JSON Schema, and other things are not', async () => {
    const path = fresh();
    await writeSmall(path);
    const validate = new Ajv2020({
      formats: { 'date-time': (text: string) => !Number.isNaN(Date.parse(text)) },
    }).compile(trajectoriesJsonSchema());
    const json = JSON.parse(readFileSync(path, 'utf8'));
    expect(validate(json), JSON.stringify(validate.errors)).toBe(true);
    json.trajectories[0].observations[0].box.pop();
    expect(validate(json)).toBe(false);
  });

  it('has its JSON Schema published as the source says (npm run schema:build)', () => {
    for (const place of ['src', 'dist']) {
      const file = new URL(`../../${place}/trajectories/trajectories.schema.json`, import.meta.url);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(trajectoriesJsonSchema());
    }
  });
});

function expectSame(read: Trajectory, given: Trajectory): void {
  expect(read.frames).toEqual(given.frames);
  expect(read.detected).toEqual(given.detected);
  for (const [i, time] of given.times.entries()) expect(Math.abs(read.times[i] - time)).toBeLessThanOrEqual(5.1e-7);
  for (const [i, value] of given.boxes.entries()) expect(Math.abs(read.boxes[i] - value)).toBeLessThanOrEqual(0.005001);
  for (const [i, score] of given.scores.entries()) expect(Math.abs(read.scores[i] - score)).toBeLessThanOrEqual(5.1e-5);
}

describe('reading', () => {
  it('streams the trajectories and returns what stands behind them', async () => {
    const path = fresh();
    writeFileSync(path, SMALL);
    const stream = streamTrajectories(path);
    expect((await stream.next()).value).toMatchObject({ id: 2 });
    expect((await stream.next()).value).toMatchObject({ id: 1 });
    expect(await stream.next()).toEqual({
      done: true,
      value: { summary: { frames: 3, duration: 0.3, trajectories: 2, observations: 3 }, complete: true },
    });
    expect((await readTrajectoriesHeader(path)).source.width).toBe(768);
  });

  it.each([
    ['pretty printed', JSON.stringify(JSON.parse(SMALL), null, 2)],
    ['on one line', JSON.stringify(JSON.parse(SMALL))],
    ['with a byte order mark and Windows line ends', `\ufeff${SMALL.replaceAll('\n', '\r\n')}`],
    ['with fields of a later revision', SMALL.replace('"complete":true', '"complete":true,"more":1')],
  ])('takes the document %s', async (_, text) => {
    const path = fresh();
    writeFileSync(path, SMALL);
    const other = fresh();
    writeFileSync(other, text);
    expect(await readTrajectories(other)).toEqual(await readTrajectories(path));
  });

  it('takes a document of version 1, with the names that its parameters have', async () => {
    const parameters = { association: { score: 'learned' }, appearance: { mode: 'recall', recallSeconds: 60 } };
    const old = `{"schema":"twintrack/trajectories","version":1,
"generator":"twintrack 0.1.0",
"source":{"name":"street.mp4","width":768,"height":576,"frameRate":10},
"models":[],
"parameters":${JSON.stringify(parameters)},
"trajectories":[
{"id":1,"start":0,"end":0.1,"observations":[{"frame":0,"time":0,"box":[1,2,3,4],"score":0.9,"detected":true},{"frame":1,"time":0.1,"box":[2,2,3,4],"score":0.9,"detected":false}]}
],
"summary":{"frames":2,"duration":0.2,"trajectories":1,"observations":2},
"complete":true}
`;
    for (const text of [old, JSON.stringify(JSON.parse(old), null, 1)]) {
      const path = fresh();
      writeFileSync(path, text);
      const document = await readTrajectories(path);
      expect(document).toMatchObject({ version: 1, parameters, complete: true });
      expect(document.trajectories).toEqual([
        {
          id: 1,
          frames: Int32Array.of(0, 1),
          times: Float64Array.of(0, 0.1),
          boxes: Float64Array.of(1, 2, 3, 4, 2, 2, 3, 4),
          scores: Float32Array.of(0.9, 0.9),
          detected: Uint8Array.of(1, 0),
        },
      ]);
    }
  });

  it('says what is wrong and where, on one line', async () => {
    expect(await damaged('"version":2', '"version":3')).toMatch(
      /json: has version 3, known are versions 1 and 2; update twintrack, or track the video again with this one$/,
    );
    expect(await damaged('twintrack/trajectories', 'coco')).toMatch(/is no trajectories document; give a /);
    expect(await damaged('"width":768', '"width":"768"')).toMatch(/json: source\.width: .*expected number/);
    expect(await damaged('-5.5,0,8,9', '-5.5,0,8')).toMatch(/line 7: observations\[0\]\.box: Too small/);
    expect(await damaged('"frame":0,', '"frame":1,')).toMatch(
      /line 8: observations\[1\]\.frame: 1 does not come after 1/,
    );
    expect(await damaged('"time":0,', '"time":9,')).toMatch(
      /line 8: observations\[1\]\.time: [\d.]+ comes before that of the frame before; put the times in order/,
    );
    expect(await damaged('"time":0,', '"time":1e15,')).toMatch(/line 8: observations\[0\]\.time: Too big/);
    expect(await damaged('"id":1,', '"id":2,')).toMatch(/line 8: id 2 stands twice/);
    expect(await damaged('"score":0.9,', '"score":0.9;')).toMatch(/line 8 is no JSON/);
    expect(await damaged('"frames":3', '"frames":-3')).toMatch(/summary\.frames: Too small/);
    expect(await damaged(/^[\s\S]*$/, '')).toMatch(/is no trajectories document/);
    expect(await damaged(/^[\s\S]*$/, '1,2,3')).toMatch(/is no trajectories document/);
    expect(await damaged(/^[\s\S]*$/, '{"a":')).toMatch(/the document is no JSON/);
    expect(await message(readTrajectories(join(folder, 'none.json')))).toMatch(/none\.json: does not exist; check/);
    expect(await message(readTrajectories(folder))).toMatch(/is a folder/);
  });

  it('notices wherever the file was cut off', async () => {
    const path = fresh();
    for (let length = 0; length < SMALL.trimEnd().length; length += 3) {
      writeFileSync(path, SMALL.slice(0, length));
      const text = await message(readTrajectories(path));
      expect(text).toMatch(/^\S+json: .*(no JSON|cut off in line|no trajectories document|expected).*; /);
      expect(text).not.toContain('\n');
    }
  });
});

describe('crash safety', () => {
  it('shows no file under the final name before close, and none after abort', async () => {
    const path = fresh();
    const sink = await openJsonSink(path, RUN);
    await sink.write(frame(0, 0, [[1, 1, 2, 3, 4, 1, true]]));
    await sink.end(1);
    expect(existsSync(path)).toBe(false);
    await sink.abort();
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('leaves the file of an earlier run alone until close', async () => {
    const path = fresh();
    writeFileSync(path, 'earlier');
    const sink = await openJsonSink(path, RUN);
    await sink.write(frame(0, 0, []));
    expect(readFileSync(path, 'utf8')).toBe('earlier');
    await sink.close();
    await sink.abort();
    expect((await readTrajectories(path)).summary.frames).toBe(1);
  });

  it('refuses a box that is none, and frames out of order', async () => {
    const sink = await openJsonSink(fresh(), RUN);
    expect(() => sink.write(frame(3, 0, [[7, Number.NaN, 2, 3, 4, 1, true]]))).toThrow(
      'trajectory 7 in frame 3 has no proper box: NaN, 2, 3, 4, score 1',
    );
    expect(() => sink.write(frame(3, 0, []))).toThrow('frame 3 came after frame 3');
    await sink.abort();
  });
});
