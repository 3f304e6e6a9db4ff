import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { HeatMap } from '../../src/analytics/index.ts';
import type { Notice } from '../../src/core/notices.ts';
import { parametersSchema } from '../../src/engine/parameters.ts';
import { heatPicture } from '../../src/report/heat-picture.ts';
import { writeReport } from '../../src/report/index.ts';
import { encodePng } from '../../src/video/encode-stills.ts';
import { person, walk } from '../analytics/paths.ts';
import { temporaryFolder } from '../trajectories/helpers.ts';
import { makeClip } from '../video/clips.ts';
import { AREAS, makeVideo, writeRun } from './runs.ts';

const folder = temporaryFolder();
const WALKERS = [
  person(1, walk([100, 400, 0], [900, 400, 8])),
  person(2, walk([100, 450, 5], [900, 450, 13])),
  person(3, walk([900, 300, 1], [100, 300, 9])),
];

/** The text of the page without tags. */
function textOf(page: string): string {
  return page
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

describe('png', () => {
  it('holds the pixels and their opacity', async () => {
    const pixels = Uint8Array.from({ length: 4 * 5 * 3 }, (_, i) => (i * 37) % 256);
    const source = { width: 5, height: 3, format: 'rgba' } as const;
    const { width, height, channels, data } = decode(await encodePng(pixels, source));
    expect([width, height, channels, [...data]]).toEqual([5, 3, 4, [...pixels]]);
  });

  it('of a heat map is clear where no person was, and brightest where a person stood', async () => {
    const map = new HeatMap({ width: 1000, height: 800 }, 50);
    map.add(person(1, walk([500, 400, 0], [500, 400, 60])));
    map.add(person(2, walk([0, 700, 0], [1000, 700, 10])));
    const { data } = decode(await heatPicture(map));
    const at = (column: number, row: number) => [
      ...data.subarray(4 * (row * 50 + column), 4 * (row * 50 + column) + 4),
    ];
    expect(at(5, 5)[3]).toBe(0);
    expect(at(25, 20)).toEqual([255, 250, 170, 217]);
    expect(at(25, 35)[3]).toBeGreaterThan(20);
    expect(at(25, 35)[0]).toBeLessThan(200);
    expect([...decode(await heatPicture(new HeatMap({ width: 10, height: 10 }, 4))).data].some(Boolean)).toBe(false);
  });
});

describe('a report', () => {
  it('shows the numbers, and needs nothing else', async () => {
    const input = await writeRun(folder, WALKERS);
    const out = join(folder, 'plain.html');
    const { people, bytes } = await writeReport(input, { out, areas: AREAS });
    const page = readFileSync(out, 'utf8');
    expect([people, bytes]).toEqual([3, Buffer.byteLength(page)]);
    const text = textOf(page);
    expect(text).toContain('3 people 1.8 present on average 3 present at most 8.0 s seen for, median');
    expect(text).toContain('line in out balance door 2 1 1');
    expect(text).toMatch(/west 3 3 2\.0 s 2\.0 s 2\.0 s [12] /); // one leaves as another comes
    expect(text).toMatch(/from \\ to west east west · 2 east 1 ·/);
    expect(text).toContain('west → east, door in');
    // no address but those of pictures within, and of the meaning of SVG within the library
    const script = page.indexOf('id="data"');
    expect(page.slice(0, script).match(/(href|src)="(?!#|data:)/g)).toBeNull();
    expect(page.slice(0, script)).not.toMatch(/https?:|url\((?!#)|@import/);
  });

  it('escapes what comes from elsewhere', async () => {
    const evil = `<script>alert("x")</script>'&`;
    const input = await writeRun(folder, WALKERS, { name: evil });
    const out = join(folder, 'evil.html');
    const areas = parametersSchema.parse({ zones: { [evil]: AREAS.zones.west }, lines: { [evil]: AREAS.lines.door } });
    await writeReport(input, { out, areas });
    const page = readFileSync(out, 'utf8');
    expect(page).not.toContain('<script>alert');
    expect(page).not.toContain("</script>'");
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;');
    expect(page.match(/<script/g)?.length).toBe(3);
  });

  it('shows wall-clock times where they are known, and says that a run was ended', async () => {
    const startedAt = '2026-03-01T09:59:58+02:00';
    const input = await writeRun(folder, WALKERS, { startedAt }, 'the camera was lost');
    const out = join(folder, 'clock.html');
    await writeReport(input, { out, areas: AREAS });
    const text = textOf(readFileSync(out, 'utf8'));
    expect(text).toContain('2026-03-01 09:59:58 UTC+02:00');
    expect(text).toContain('10:00:03'); // person 2 comes after 5 s
    expect(text).toContain('The run ended before its source did: the camera was lost');
  });

  it('shows a frame and thumbnails of the video', async () => {
    const clip = makeVideo(join(folder, 'clip.mp4'));
    const input = await writeRun(folder, WALKERS);
    const out = join(folder, 'pictures.html');
    const frames: number[] = [];
    await writeReport(input, { out, areas: AREAS, video: clip, onFrame: (n) => frames.push(n) });
    const page = readFileSync(out, 'utf8');
    const jpegs = [...page.matchAll(/data:image\/jpeg;base64,([^"]+)"/g)].map(([, text]) =>
      Buffer.from(text, 'base64'),
    );
    expect(jpegs.length).toBe(4);
    for (const jpeg of jpegs) {
      expect([jpeg.readUInt16BE(0), jpeg.readUInt16BE(jpeg.length - 2)]).toEqual([0xffd8, 0xffd9]);
    }
    expect(sizeOf(jpegs[0])).toEqual([1000, 800]);
    expect(sizeOf(jpegs[1])).toEqual([48, 96]);
    expect(new Set(jpegs.map((jpeg) => jpeg.toString('base64'))).size).toBe(4);
    expect(frames[frames.length - 1]).toBeLessThanOrEqual(131); // no further than the last that is needed
  });

  it('refuses the video of another size, and leaves no file', async () => {
    const clip = makeClip(join(folder, 'small.mp4'), 'testsrc2=s=64x48:r=10:d=1', '-c:v', 'libx264');
    const input = await writeRun(folder, WALKERS);
    const out = join(folder, 'none.html');
    const message = `${clip}: is of 64 × 48 pixels, the trajectories are of 1000 × 800; name the video that they were made from`;
    await expect(writeReport(input, { out, areas: AREAS, video: clip })).rejects.toThrow(message);
    expect(readdirSync(folder).filter((name) => name.startsWith('none') || name.startsWith('.twintrack'))).toEqual([]);
  });

  it('shows a picture of pixels that are not square in its true shape, and all that lies on it', async () => {
    const clip = makeClip(
      join(folder, 'wide.mp4'),
      'testsrc2=s=500x800:r=10:d=14',
      '-vf',
      'setsar=2',
      '-c:v',
      'libx264',
    );
    const narrow = WALKERS.map((walker) => ({
      ...walker,
      boxes: walker.boxes.map((value, k) => (k % 2 === 0 ? value / 2 : value)),
    }));
    const areas = parametersSchema.parse({
      zones: { west: { points: AREAS.zones.west.points.map(([x, y]) => [x / 2, y]) } },
      lines: { door: { points: AREAS.lines.door.points.map(([x, y]) => [x / 2, y]) } },
    });
    const square = join(folder, 'square.html');
    await writeReport(await writeRun(folder, WALKERS), {
      out: square,
      areas: AREAS,
      video: makeVideo(join(folder, 'clip.mp4')),
    });
    const out = join(folder, 'wide.html');
    const source = { width: 500, height: 800, sampleAspectRatio: 2 };
    await writeReport(await writeRun(folder, narrow, source), { out, areas, video: clip });
    const [page, control] = [out, square].map((path) => readFileSync(path, 'utf8'));
    expect(textOf(page)).toContain('500 × 800, shown as 1000 × 800');
    expect(textOf(control)).not.toContain('shown as');
    const drawn = (text: string) =>
      text.match(/ viewBox="0 0 \d+ 800"|<path class="path"[^>]*>|<line [^>]*>|<polygon [^>]*>/g);
    // what lies on the picture is where it is on square pixels, but for a rounded pixel: a zone fewer is there
    const [own, others] = [page, control].map((text) => drawn(text)!.filter((part) => !part.includes('points="700')));
    expect(own.length).toBe(others.length);
    own.forEach((part, i) => {
      const [a, b] = [part, others[i]].map((text) => text.match(/\d+(\.\d+)?/g)!.map(Number));
      expect(a.length).toBe(b.length);
      for (const [k, value] of a.entries()) expect(Math.abs(value - b[k])).toBeLessThanOrEqual(2);
    });
    const jpegs = [...page.matchAll(/data:image\/jpeg;base64,([^"]+)"/g)].map(([, text]) =>
      Buffer.from(text, 'base64'),
    );
    expect(sizeOf(jpegs[0])).toEqual([1000, 800]);
    const heat = /data:image\/png;base64,([^"]+)"/.exec(page)?.[1] ?? '';
    const { width, height } = decode(Buffer.from(heat, 'base64'));
    expect([width, height]).toEqual([96, 77]); // cells are square as shown
  });

  it('draws ignore areas, with their names', async () => {
    const out = join(folder, 'ignored.html');
    const poster = {
      points: [
        [10, 10],
        [60, 10],
        [60, 90],
      ] as [number, number][],
    };
    await writeReport(await writeRun(folder, WALKERS), { out, areas: parametersSchema.parse({ ignore: { poster } }) });
    const page = readFileSync(out, 'utf8');
    expect(page.match(/<polygon class="ignored" points="10 10 60 10 60 90"\/>/g)?.length).toBe(2);
    expect(textOf(page)).toContain('poster: ignored');
  });

  it('says what was noticed, in few lines', async () => {
    const input = await writeRun(folder, WALKERS);
    const jumps = Array.from({ length: 500 }, (_, frame) => ({
      code: 'jump',
      message: `clip.mp4: jump ${frame}`,
      frame,
    }));
    const kinds = Array.from({ length: 30 }, (_, k) => ({ code: `kind-${k}`, message: `<b>kind ${k}</b>` }));
    const text = readFileSync(input, 'utf8').trimEnd();
    writeFileSync(input, `${text.slice(0, -1)},"notices":${JSON.stringify([...jumps, ...kinds])}}\n`);
    const out = join(folder, 'noticed.html');
    await writeReport(input, { out, areas: AREAS });
    const page = readFileSync(out, 'utf8');
    expect(page.match(/<li>/g)?.length).toBe(11);
    expect(textOf(page)).toContain(
      'What was noticed clip.mp4: jump 0 (frame 0), and 499 more of this kind &lt;b&gt;kind 0&lt;/b&gt; &lt;b&gt;kind 1',
    );
    expect(textOf(page)).toContain('21 more kinds: see the trajectories file');
    await writeReport(await writeRun(folder, WALKERS), { out, areas: AREAS });
    expect(textOf(readFileSync(out, 'utf8'))).not.toContain('What was noticed');
  });

  it.each([
    [1e10, 1e10],
    [-1e10, 70],
    [1e12, 1e12],
  ])('is drawn as ever with a box at %d, and names it', async (y, h) => {
    const far = { ...WALKERS[0], id: 9, boxes: WALKERS[0].boxes.slice() };
    far.boxes.set([5, y, 20, h], 4 * 3);
    for (const source of [{ width: undefined, height: undefined }, {}]) {
      const input = await writeRun(folder, [...WALKERS, far], source);
      const notices: Notice[] = [];
      const out = join(folder, 'far.html');
      await writeReport(input, { out, areas: parametersSchema.parse({}), onNotice: (notice) => notices.push(notice) });
      const message = `${input}: a box reaches beyond 65536 pixels, of person 9 in frame 3: x 5, y ${y}, 20 × ${h}; no picture does, so it is drawn at the edge`;
      expect(notices).toEqual([{ code: 'boxes-far', message }]);
      const page = readFileSync(out, 'utf8');
      expect(textOf(page)).toContain(`What was noticed ${message}`);
      const [, width, height] = / viewBox="0 0 (\d+) (\d+)" role="img"/.exec(page)!.map(Number);
      expect([width <= 1000, height <= 800]).toEqual([true, true]);
      for (const [, points] of page.matchAll(/ d="M([^"]*)" stroke/g))
        for (const value of points.split(' ')) expect(Math.abs(Number(value))).toBeLessThanOrEqual(2000);
    }
  });

  it('is of no people when there were none', async () => {
    const out = join(folder, 'empty.html');
    await writeReport(await writeRun(folder, []), { out, areas: parametersSchema.parse({}) });
    expect(textOf(readFileSync(out, 'utf8'))).toContain('0 people 0.0 present on average 0 present at most');
  });

  it('of an hour with 3,000 people stays under 5 MB, also with thumbnails of all who are listed', async () => {
    const crowd = Array.from({ length: 3000 }, (_, k) =>
      person(
        k + 1,
        // as many observations as a path has points, and more
        walk([k % 1000, 300, k], [(7 * k) % 1000, 300 + (k % 400), k + 4], [500, 790, k + 8 + (k % 3)]).filter(
          (_, i) => i % 2 === 0,
        ),
      ),
    );
    const out = join(folder, 'hour.html');
    await writeReport(await writeRun(folder, crowd), { out, areas: AREAS });
    const page = readFileSync(out, 'utf8');
    expect(textOf(page)).toContain('The 1000 of 3000 who were seen longest.');
    expect(page.match(/<tr data-id=/g)?.length).toBe(1000);
    // what the thumbnails may add at most
    expect(Buffer.byteLength(page) + 2_500_000 + 60_000).toBeLessThan(5_000_000);
  });
});

/** Width and height of a JPEG, from its frame header. */
function sizeOf(jpeg: Buffer): [number, number] {
  for (let at = 2; at < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2))
    if (jpeg[at + 1] === 0xc0) return [jpeg.readUInt16BE(at + 7), jpeg.readUInt16BE(at + 5)];
  throw new Error('no frame header');
}
