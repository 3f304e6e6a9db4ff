import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportFormats, exportTrajectories, registerExportFormat } from '../../src/export/index.ts';
import { openJsonSink, readMot } from '../../src/trajectories/index.ts';
import { frame, RUN } from '../trajectories/frames.ts';
import { anyTrajectories, RATE, temporaryFolder } from '../trajectories/helpers.ts';
import schema from './coco.schema.json' with { type: 'json' };
import { exported, GROUND, roundedRows, WALKER } from './helpers.ts';

const folder = temporaryFolder();
const fresh = () => mkdtempSync(join(folder, 'x-'));

describe('csv', () => {
  it('has a header and a row an observation', async () => {
    const path = await exported(fresh(), [WALKER], 'csv');
    const bytes = readFileSync(path);
    expect(bytes.every((byte) => byte < 0x80)).toBe(true); // so that no byte order mark is needed
    expect(bytes.toString().split('\r\n')).toEqual([
      'id,frame,time,x,y,width,height,score,detected',
      '7,0,0,390,300,20,50,0.9,true',
      '7,1,0.1,400,300,20,50,0.8,true',
      '7,3,0.3,420,300,20,50,0.7,false',
      '7,4,0.4,430,300,20,50,0.65,true',
      '',
    ]);
  });

  it('has the wall-clock time in UTC where the source says when it began', async () => {
    const startedAt = '2026-03-01T10:00:00.250+02:00';
    const path = await exported(fresh(), [WALKER], 'csv', { source: { startedAt } });
    const [head, first, second] = readFileSync(path, 'utf8').split('\r\n');
    expect(head).toBe('id,frame,time,datetime,x,y,width,height,score,detected');
    expect([first, second].map((row) => row.split(',')[3])).toEqual([
      '2026-03-01T08:00:00.250Z',
      '2026-03-01T08:00:00.350Z',
    ]);
  });

  it('has places and speeds with a ground plane, and nothing in them above the horizon', async () => {
    const high = { ...WALKER, id: 8, boxes: WALKER.boxes.map((value, k) => (k % 4 === 1 ? -600 : value)) };
    const path = await exported(fresh(), [WALKER, high], 'csv', { ground: GROUND });
    const rows = readFileSync(path, 'utf8')
      .trim()
      .split('\r\n')
      .map((row) => row.split(',').slice(9));
    expect(rows[0]).toEqual(['ground_x', 'ground_y', 'speed']);
    const [x, y] = GROUND.toGround(400, 350);
    expect(rows[1].slice(0, 2).map(Number)).toEqual([expect.closeTo(x, 2), expect.closeTo(y, 2)]);
    const metres = GROUND.toGround(440, 350)[0] - x;
    for (const [, , speed] of rows.slice(1, 5)) expect(Number(speed)).toBeCloseTo(metres / 0.4, 1);
    expect(rows.slice(5)).toEqual(Array(4).fill(['', '', '']));
  });
});

describe('mot', () => {
  it('holds the same boxes, and is the same to the evaluator', async () => {
    await fc.assert(
      fc.asyncProperty(anyTrajectories, async (trajectories) => {
        const back = await readMot(await exported(fresh(), trajectories, 'mot'), RATE);
        const sorted = trajectories.sort((a, b) => a.id - b.id);
        expect(back.map(({ id, frames }) => [id, [...frames]])).toEqual(
          sorted.map(({ id, frames }) => [id, [...frames]]),
        );
        for (const [k, trajectory] of back.entries()) expect(roundedRows(trajectory)).toEqual(roundedRows(sorted[k]));
      }),
      { numRuns: 25 },
    );
  });
});

describe('coco', () => {
  const validate = new Ajv2020().compile(schema);

  it('keeps to its schema, and to itself', async () => {
    await fc.assert(
      fc.asyncProperty(anyTrajectories, async (trajectories) => {
        const coco = JSON.parse(readFileSync(await exported(fresh(), trajectories, 'coco'), 'utf8'));
        expect(validate(coco), JSON.stringify(validate.errors)).toBe(true);
        const unique = (rows: { id: number }[]) => new Set(rows.map(({ id }) => id)).size === rows.length;
        for (const rows of [coco.images, coco.tracks, coco.annotations]) expect(unique(rows)).toBe(true);
        const images = new Map<number, { frame_index: number; time: number }>(
          coco.images.map((i: { id: number }) => [i.id, i]),
        );
        for (const trajectory of trajectories) {
          const own = coco.annotations.filter((a: { track_id: number }) => a.track_id === trajectory.id);
          expect(own.map((a: { image_id: number }) => images.get(a.image_id)?.frame_index)).toEqual([
            ...trajectory.frames,
          ]);
          expect(own.map((a: { image_id: number }) => images.get(a.image_id)?.time)).toEqual([...trajectory.times]);
          const rows = own.map(({ bbox, score }: { bbox: number[]; score: number }) => [...bbox, score]);
          expect(rows).toEqual(roundedRows(trajectory));
        }
        expect(coco.annotations.length).toBe(trajectories.reduce((sum, { frames }) => sum + frames.length, 0));
        expect(coco.tracks.length).toBe(trajectories.length);
        expect(coco.images.length).toBe(new Set(trajectories.flatMap(({ frames }) => [...frames])).size);
      }),
      { numRuns: 25 },
    );
  });

  it('names the pictures as ffmpeg numbers them', async () => {
    const coco = JSON.parse(readFileSync(await exported(fresh(), [WALKER], 'coco'), 'utf8'));
    expect(coco.images.map((image: { file_name: string }) => image.file_name)).toEqual(
      [1, 2, 4, 5].map((n) => `street/00000${n}.jpg`),
    );
    expect(coco.videos).toEqual([{ id: 1, name: 'street.mp4', width: 768, height: 576, fps: 10 }]);
    expect(coco.annotations[3]).toMatchObject({ area: 1000, track_id: 7, image_id: 5 });
  });

  it('has masks, and ids as attributes', async () => {
    const { annotations } = JSON.parse(readFileSync(await exported(fresh(), [WALKER], 'coco'), 'utf8'));
    expect(annotations.slice(1, 3)).toMatchObject([
      { segmentation: [[400, 300, 420, 300, 420, 350, 400, 350]], attributes: { track_id: 7, occluded: false } },
      { segmentation: [[420, 300, 440, 300, 440, 350, 420, 350]], attributes: { track_id: 7, occluded: true } },
    ]);
  });

  it('takes frames far from 0, as a camera has them that runs for months', async () => {
    const frames = Int32Array.of(0, 4096, 2_000_000_000, 0x7fffffff);
    const input = join(fresh(), 'far.trajectories.json');
    const out = input.replace('.json', '.coco.json');
    const sink = await openJsonSink(input, RUN);
    for (const index of frames) await sink.write(frame(index, index / 25, [[1, 5, 6, 7, 8, 0.5, true]]));
    await sink.close();
    await exportTrajectories(input, { to: 'coco', out });
    const { images } = JSON.parse(readFileSync(out, 'utf8'));
    expect(images.map((image: { frame_index: number }) => image.frame_index)).toEqual([...frames]);
  });

  it('needs the size of the picture', async () => {
    const there = fresh();
    const error = exported(there, [WALKER], 'coco', { source: { width: undefined, height: undefined } });
    await expect(error).rejects.toThrow(
      'street.mp4: the size of the picture is not known, and COCO needs it; track with the video, or export as csv',
    );
    expect(readdirSync(there)).toEqual(['run.trajectories.json']);
  });
});

describe('cvat', () => {
  const boxesOf = (xml: string) =>
    [
      ...xml.matchAll(/<box frame="(\d+)" keyframe="1" outside="(\d)" occluded="(\d)" xtl="([^"]*)" ytl="([^"]*)"/g),
    ].map(([, ...values]) => values.map(Number));

  it('has a track a person, which stops at gaps and at its end', async () => {
    const xml = readFileSync(await exported(fresh(), [WALKER], 'cvat'), 'utf8');
    expect(boxesOf(xml)).toEqual([
      [0, 0, 0, 390, 300],
      [1, 0, 0, 400, 300],
      [2, 1, 0, 400, 300],
      [3, 0, 1, 420, 300],
      [4, 0, 0, 430, 300],
      [5, 1, 0, 430, 300],
    ]);
    expect(xml.match(/<track [^>]*>/g)).toEqual(['<track id="7" label="person" source="auto">']);
    expect(xml).toContain(
      '<box frame="3" keyframe="1" outside="0" occluded="1" xtl="420" ytl="300" xbr="440" ybr="350" z_order="0"><attribute name="id">7</attribute></box>',
    );
    expect(xml.match(/<attribute name="id">7<\/attribute>/g)?.length).toBe(6); // CVAT takes the last one of a track
    expect(xml).toContain('<size>12</size><mode>interpolation</mode>');
    expect(xml).toContain('<original_size><width>768</width><height>576</height></original_size>');
  });

  it('has no box behind the last frame, which CVAT refuses', async () => {
    const last = { ...WALKER, frames: Int32Array.of(8, 9, 10, 11), times: Float64Array.of(0.8, 0.9, 1, 1.1) };
    const xml = readFileSync(await exported(fresh(), [last], 'cvat'), 'utf8');
    expect(boxesOf(xml).map(([frame, outside]) => [frame, outside])).toEqual([
      [8, 0],
      [9, 0],
      [10, 0],
      [11, 0],
    ]);
  });

  it('escapes the name, and needs the size of the picture', async () => {
    const name = '<a> & "b"\u0007.mp4';
    const xml = readFileSync(await exported(fresh(), [WALKER], 'cvat', { source: { name } }), 'utf8');
    expect(xml).toContain('<task><name>&lt;a&gt; &amp; &quot;b&quot;\uFFFD.mp4</name>');
    for (const [format, named] of [
      ['cvat', 'CVAT'],
      ['label-studio', 'Label Studio'],
    ])
      await expect(exported(fresh(), [WALKER], format, { source: { width: undefined } })).rejects.toThrow(
        `street.mp4: the size of the picture is not known, and ${named} needs it; track with the video, or export as csv`,
      );
  });
});

describe('label-studio', () => {
  it('is a task with a region a person, in percent', async () => {
    const wide = { ...WALKER, id: 9, boxes: WALKER.boxes.map((value, k) => (k % 4 === 0 ? -10 : value)) };
    const [task] = JSON.parse(readFileSync(await exported(fresh(), [WALKER, wide], 'label-studio'), 'utf8'));
    expect(task.data).toEqual({ video: 'street.mp4' });
    const [{ model_version, result }] = task.predictions;
    expect(model_version).toMatch(/^twintrack \d/);
    const [first, second] = result;
    expect({ ...first, value: { ...first.value, sequence: undefined } }).toEqual({
      id: '7',
      type: 'videorectangle',
      from_name: 'box',
      to_name: 'video',
      value: { framesCount: 12, duration: 1.2, labels: ['person'] },
    });
    const { sequence } = first.value;
    expect(sequence.map((box: { frame: number; enabled: boolean }) => [box.frame, box.enabled])).toEqual([
      [1, true],
      [2, false],
      [4, true],
      [5, false],
    ]);
    expect(sequence[1]).toEqual({
      frame: 2,
      enabled: false,
      rotation: 0,
      x: expect.closeTo((100 * 400) / 768, 5),
      y: expect.closeTo((100 * 300) / 576, 5),
      width: expect.closeTo((100 * 20) / 768, 5),
      height: expect.closeTo((100 * 50) / 576, 5),
      time: 0.1,
    });
    expect(second.value.sequence[0]).toMatchObject({ x: 0, width: expect.closeTo((100 * 10) / 768, 5) });
  });

  it('holds boxes within 0 to 100, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(anyTrajectories, async (trajectories) => {
        const [task] = JSON.parse(readFileSync(await exported(fresh(), trajectories, 'label-studio'), 'utf8'));
        const { result } = task.predictions[0];
        expect(result.map(({ id }: { id: string }) => Number(id)).sort()).toEqual(
          trajectories.map(({ id }) => id).sort(),
        );
        for (const { value } of result)
          for (const { x, y, width, height } of value.sequence)
            for (const part of [x, y, width, height, x + width, y + height]) {
              expect(part).toBeGreaterThanOrEqual(0);
              expect(part).toBeLessThanOrEqual(100 + 1e-5);
            }
      }),
      { numRuns: 25 },
    );
  });
});

describe('geojson', () => {
  it('has a point for who stands still, since a line has two ends', async () => {
    const still = { ...WALKER, boxes: WALKER.boxes.map((_, k) => [390, 300, 20, 50][k % 4]) };
    const path = await exported(fresh(), [still], 'geojson', { ground: GROUND });
    const [{ geometry, properties }] = JSON.parse(readFileSync(path, 'utf8')).features;
    expect(geometry).toEqual({ type: 'Point', coordinates: [expect.closeTo(11.57, 3), expect.closeTo(48.14, 3)] });
    expect(properties).toEqual({ id: 7, start: 0, end: 0.4, times: [0, 0.1, 0.3, 0.4] });
  });

  it('leaves out places beyond a pole, so close to the horizon are they', async () => {
    const [, horizon] = GROUND.toImage(5, 1e12);
    const near = { ...WALKER, id: 8, boxes: WALKER.boxes.map((v, k) => (k % 4 === 1 ? horizon - 50 + 1e-9 : v)) };
    const path = await exported(fresh(), [WALKER, near], 'geojson', { ground: GROUND });
    for (const { geometry } of JSON.parse(readFileSync(path, 'utf8')).features)
      for (const [longitude, latitude] of geometry.coordinates)
        expect([Math.abs(latitude) <= 90, Math.abs(longitude) <= 360]).toEqual([true, true]);
  });

  it('has the way of each person in longitude and latitude', async () => {
    const once = { ...WALKER, id: 9, frames: Int32Array.of(2), times: Float64Array.of(0.2) };
    const path = await exported(fresh(), [WALKER, once], 'geojson', { ground: GROUND });
    const { type, features } = JSON.parse(readFileSync(path, 'utf8'));
    expect(type).toBe('FeatureCollection');
    const [way, point] = [
      features.find(({ id }: { id: number }) => id === 7),
      features.find(({ id }: { id: number }) => id === 9),
    ];
    expect(way.properties).toEqual({ id: 7, start: 0, end: 0.4, times: [0, 0.1, 0.3, 0.4] });
    expect([way.geometry.type, point.geometry.type]).toEqual(['LineString', 'Point']);
    for (const [i, [longitude, latitude]] of way.geometry.coordinates.entries()) {
      const [x, y] = GROUND.toGround([400, 410, 430, 440][i], 350);
      // the y axis points 30 degrees east of north; a degree of latitude is 111.195 km
      const [east, north] = [x * Math.cos(Math.PI / 6) + y / 2, y * Math.cos(Math.PI / 6) - x / 2];
      expect((latitude - 48.14) * 111_195).toBeCloseTo(north, 1);
      expect((longitude - 11.57) * 111_195 * Math.cos((48.14 * Math.PI) / 180)).toBeCloseTo(east, 1);
    }
  });

  it('leaves out what is above the horizon', async () => {
    const high = { ...WALKER, id: 8, boxes: WALKER.boxes.map((value, k) => (k % 4 === 1 ? -600 : value)) };
    const path = await exported(fresh(), [WALKER, high], 'geojson', { ground: GROUND });
    expect(JSON.parse(readFileSync(path, 'utf8')).features.map(({ id }: { id: number }) => id)).toEqual([7]);
  });

  it('says what it lacks, and leaves no file', async () => {
    const there = fresh();
    await expect(exported(there, [WALKER], 'geojson')).rejects.toThrow(
      /^calibration: is not given, and GeoJSON needs places;/,
    );
    expect(readdirSync(there)).toEqual(['run.trajectories.json']);
  });
});

describe('exportTrajectories', () => {
  it.each([
    ['"box":[390,', '"box":[1e300,', 'observations[0].box[0]: Too big'],
    ['300,20,50]', '300,-1,50]', 'observations[0].box[2]: Too small'],
    ['300,20,50]', '300,20,1.1e15]', 'observations[0].box[3]: Too big'],
    ['"score":0.9', '"score":1e39', 'observations[0].score: Too big'],
    ['"score":0.9', '"score":1e999', 'observations[0].score: Invalid input'],
  ])('refuses numbers that no reader can take: %s as %s', async (from, to, reason) => {
    const there = fresh();
    await exported(there, [WALKER], 'csv');
    const input = join(there, 'run.trajectories.json');
    writeFileSync(input, readFileSync(input, 'utf8').replace(from, to));
    for (const format of ['csv', 'mot', 'coco', 'cvat', 'label-studio', 'parquet'])
      await expect(exportTrajectories(input, { to: format, out: join(there, 'two') })).rejects.toThrow(
        `${input}: line 7: ${reason}`,
      );
    expect(readdirSync(there).sort()).toEqual(['out.csv', 'run.trajectories.json']);
  });

  it('knows the number of frames of a document in any layout', async () => {
    const there = fresh();
    const first = readFileSync(await exported(there, [WALKER], 'cvat'), 'utf8');
    const input = join(there, 'run.trajectories.json');
    writeFileSync(input, JSON.stringify(JSON.parse(readFileSync(input, 'utf8')), undefined, 2));
    const out = join(there, 'two');
    await exportTrajectories(input, { to: 'cvat', out });
    expect(readFileSync(out, 'utf8')).toBe(first);
  });

  it('leaves no file when the input breaks off, or it is ended', async () => {
    const there = fresh();
    await exported(there, [WALKER], 'csv');
    const input = join(there, 'run.trajectories.json');
    const out = join(there, 'two.csv');
    await expect(
      exportTrajectories(input, { to: 'csv', out, signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
    const text = readFileSync(input, 'utf8');
    writeFileSync(input, text.slice(0, text.indexOf(']}')));
    for (const to of ['csv', 'coco', 'parquet', 'mot'] as const)
      await expect(exportTrajectories(input, { to, out })).rejects.toThrow(/is cut off in line|is no JSON/);
    expect(readdirSync(there).sort()).toEqual(['out.csv', 'run.trajectories.json']);
  });
});

describe('registerExportFormat', () => {
  it('makes a format known to exportTrajectories, with what the context has', async () => {
    registerExportFormat('visits', {
      ending: '.visits.txt',
      open(file, { source }) {
        file.write(`people in ${source.name}\n`);
        return {
          write: ({ id, times }) => file.write(`${id} ${times[0]} ${times.at(-1)}\n`),
          end: () => file.writeBytes(Buffer.from('end\n')),
        };
      },
    });
    expect(exportFormats()).toEqual(['csv', 'mot', 'coco', 'cvat', 'label-studio', 'parquet', 'geojson', 'visits']);
    const there = fresh();
    const out = await exported(there, [WALKER, { ...WALKER, id: 8 }], 'visits');
    expect(readFileSync(out, 'utf8')).toBe('people in street.mp4\n7 0 0.4\n8 0 0.4\nend\n');
    expect(readdirSync(there).sort()).toEqual(['out.visits', 'run.trajectories.json']);
  });

  it('leaves no file when the format fails, at its beginning or later', async () => {
    const fails = () => {
      throw new Error('no more');
    };
    const there = fresh();
    for (const open of [fails, () => ({ write: fails }), () => ({ write() {}, end: fails })]) {
      registerExportFormat('failing', { ending: '.txt', open });
      await expect(exported(there, [WALKER], 'failing')).rejects.toThrow('no more');
      expect(readdirSync(there)).toEqual(['run.trajectories.json']);
    }
  });

  it('an unknown format is an error with those that are known', async () => {
    registerExportFormat('mine', { ending: '.mine', open: () => ({ write() {} }) });
    await expect(exported(fresh(), [WALKER], 'xls')).rejects.toThrow(
      /^export format xls: is not known; choose one of csv, mot, coco, cvat, label-studio, parquet, geojson, .*mine$/,
    );
  });
});
