import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Notice } from '../../src/core/notices.ts';
import { writePlayer } from '../../src/report/index.ts';
import { person, walk } from '../analytics/paths.ts';
import { needs } from '../needs.ts';
import { temporaryFolder } from '../trajectories/helpers.ts';
import { AREAS, makeVideo, writeRun } from './runs.ts';

/** A browser of the system (Debian: apt-get install chromium); CHROMIUM_BIN names another. */
const CHROMIUM = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium';
const folder = temporaryFolder();
const video = join(folder, 'street #1 50%.mp4');
/** Two who meet in the middle at 4 s, of whom the second is nearer, and one who comes later. */
const PEOPLE = [
  person(1, walk([100, 400, 0], [900, 400, 8])),
  person(2, walk([900, 450, 0], [100, 450, 8])),
  person(11, walk([900, 300, 9], [700, 300, 13])),
];
let run: string;

beforeAll(async () => {
  makeVideo(video);
  run = await writeRun(folder, PEOPLE);
});

describe('a player in a browser', needs(existsSync(CHROMIUM), `a browser: ${CHROMIUM}; install chromium`), () => {
  const faults: string[] = [];
  let browser: Browser;
  let page: Page;
  let address: string;

  /** The page with its video at a time. */
  const at = async (seconds: number) => {
    await page.evaluate(`new Promise((done) => {
      const video = document.getElementById('video');
      video.addEventListener('seeked', done, { once: true });
      video.currentTime = ${seconds};
    })`);
  };
  const ready = async (page: Page) => {
    while ((await page.evaluate<number>('document.getElementById("video").readyState')) < 2) await sleep(20);
  };
  const about = () => page.locator('#about').innerText();
  /** Clicks on a place of the picture, in pixels of it. */
  const click = async (x: number, y: number) => {
    const box = (await page.locator('#boxes').boundingBox())!;
    await page.mouse.click(box.x + (x / 1000) * box.width, box.y + (y / 800) * box.height);
  };

  beforeAll(async () => {
    const out = join(folder, 'player.html');
    expect(await writePlayer(run, { out, video, areas: AREAS })).toMatchObject({ people: 3 });
    address = pathToFileURL(out).href;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    const context = await browser.newContext({ viewport: { width: 1300, height: 900 }, offline: true });
    page = await context.newPage();
    page.on('console', (message) => message.text().startsWith('Canvas2D') || faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(address);
    await ready(page);
  });
  afterAll(() => browser?.close());

  it('plays the video, and tells of the person who is clicked: of several the nearest', async () => {
    await at(2);
    await click(300, 380); // a fourth of the way
    expect(await about()).toBe('Person 1: 0:00 to 0:08, west → east, door in');
    await at(4);
    await click(500, 400);
    expect(await about()).toMatch(/^Person 2: 0:00 to 0:08, east → west, door out$/);
    expect(await page.evaluate('document.getElementById("video").paused')).toBe(true);
    await page.keyboard.press('Escape');
    expect(await about()).toBe('');
    await page.keyboard.press(' ');
    await expect
      .poll(() => page.evaluate<number>('document.getElementById("video").currentTime'), { timeout: 20_000 })
      .toBeGreaterThan(4.3);
    await page.keyboard.press(' ');
    expect(faults).toEqual([]);
  });

  it('goes to a person who is chosen in the list, and draws them', async () => {
    await at(1);
    const pixel = `(() => {
      const canvas = document.getElementById('boxes');
      const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      return pixels.filter((value, i) => i % 4 === 3 && value > 0).length;
    })()`;
    await page.locator('#people button').nth(2).click();
    await expect.poll(() => page.evaluate<number>('document.getElementById("video").currentTime')).toBeGreaterThan(8.9);
    expect(await about()).toBe('Person 11: 0:09 to 0:13, east');
    expect(await page.locator('#people .now').count()).toBe(1);
    expect(await page.evaluate<number>(pixel)).toBeGreaterThan(100);
    await at(13.9); // when all have gone
    await expect.poll(() => page.evaluate(pixel)).toBe(0);
    expect(faults).toEqual([]);
  });

  it('fits on a phone', async () => {
    const phone = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await phone.goto(address);
    await ready(phone);
    const { width } = (await phone.locator('#boxes').boundingBox())!;
    expect(width).toBeGreaterThan(300);
    expect(await phone.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await phone.close();
  });

  it('says so where the video is gone', async () => {
    renameSync(video, `${video}.gone`);
    const page = await browser.newPage();
    await page.goto(address);
    expect(await page.locator('#failure').innerText()).toContain('it is not where it was');
    renameSync(`${video}.gone`, video);
    await page.close();
  });
});

it('holds a box a tenth of a second at most, and all of it where people are', async () => {
  const out = join(folder, 'boxes.html');
  await writePlayer(run, { out, video });
  const json = /<script type="application\/json" id="data">(.*)<\/script>/.exec(readFileSync(out, 'utf8'))![1];
  const { people } = JSON.parse(json) as { people: { id: number; times: number[]; boxes: number[] }[] };
  expect(people.map(({ id }) => id)).toEqual([1, 2, 11]);
  for (const [i, { times, boxes }] of people.entries()) {
    expect(boxes).toHaveLength(4 * times.length);
    expect(times.slice(1).every((time, k) => time - times[k] >= 99)).toBe(true);
    const { times: all } = PEOPLE[i];
    expect([times[0], times.at(-1)]).toEqual([1000 * all[0], Math.round(1000 * all[all.length - 1])]);
  }
});

it('needs the video, and of an anonymised run the annotated one; says what browsers do not play', async () => {
  const out = join(folder, 'refused.html');
  await expect(writePlayer(run, { out, video: join(folder, 'none.mp4') })).rejects.toThrow(
    'none.mp4: does not exist; name the video with --video',
  );
  const hidden = join(folder, 'hidden.trajectories.json');
  writeFileSync(hidden, readFileSync(run, 'utf8').replace('"source"', '"anonymized": true,\n"source"'));
  await expect(writePlayer(hidden, { out, video })).rejects.toThrow(
    'shows the people of an anonymised run; give its annotated video',
  );
  expect(existsSync(out)).toBe(false);
  const notices: Notice[] = [];
  const other = join(folder, 'street.mkv');
  writeFileSync(other, readFileSync(video));
  await writePlayer(run, { out, video: other, onNotice: (notice) => notices.push(notice) });
  expect(notices).toEqual([
    { code: 'not-played', message: `${other}: is no video that browsers play; give one of .mp4, .m4v, .mov, .webm` },
  ]);
});
