import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeReport } from '../../src/report/index.ts';
import { person, walk } from '../analytics/paths.ts';
import { needs } from '../needs.ts';
import { temporaryFolder } from '../trajectories/helpers.ts';
import { AREAS, makeVideo, writeRun } from './runs.ts';

/** A browser of the system (Debian: apt-get install chromium); CHROMIUM_BIN names another. */
const CHROMIUM = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium';

describe('a report in a browser', needs(existsSync(CHROMIUM), `a browser: ${CHROMIUM}; install chromium`), () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let address: string;
  const faults: string[] = [];

  beforeAll(async () => {
    const clip = makeVideo(join(folder, 'clip.mp4'));
    const people = [
      person(1, walk([100, 400, 0], [900, 400, 8])),
      person(2, walk([100, 450, 5], [900, 450, 13])),
      person(11, walk([900, 300, 1], [100, 300, 4])),
    ];
    const { west, east } = AREAS.zones;
    const areas = { ...AREAS, zones: { '<b onmouseover=alert(1)>west</b>': west, east } };
    const out = join(folder, 'report.html');
    await writeReport(await writeRun(folder, people), { out, areas, video: clip });
    address = pathToFileURL(out).href;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });
  afterAll(() => browser?.close());

  /** Opens it without a network; whatever goes wrong there is noted. */
  async function open(width: number, height: number): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height }, offline: true });
    const page = await context.newPage();
    page.on('console', (message) => faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('dialog', (dialog) => faults.push(dialog.message()));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) faults.push(request.url());
    });
    await page.goto(address);
    return page;
  }

  it('draws all charts and pictures, off-line and without complaint', async () => {
    const page = await open(1280, 900);
    const charts = await page.evaluate<boolean[]>(`[...document.querySelectorAll('canvas')].map((canvas) =>
      canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0))`);
    expect(charts).toEqual(Array(5).fill(true)); // occupancy, line, picture and two zones
    const widths = await page.evaluate<number[]>('[...document.images].map(({ naturalWidth }) => naturalWidth)');
    expect(widths).toEqual([48, 48, 48]);
    expect(await page.locator('h1').innerText()).toBe('street.mp4');
    expect(await page.locator('section.scenes text').first().textContent()).toBe('<b onmouseover=alert(1)>west</b>');
    expect(faults).toEqual([]);
  });

  it('sorts by a click, and the other way by another', async () => {
    const page = await open(1280, 900);
    const ids = () =>
      page.evaluate<string[]>(`[...document.querySelectorAll('#people tbody tr')].map(({ dataset }) => dataset.id)`);
    expect(await ids()).toEqual(['1', '11', '2']); // in order of first sight
    const head = (name: string) => page.locator('#people th button', { hasText: name });
    await head('id').click();
    expect(await ids()).toEqual(['1', '2', '11']);
    await head('id').click();
    expect(await ids()).toEqual(['11', '2', '1']);
    await head('for').click();
    expect((await ids())[0]).toBe('11');
    expect(await page.locator('th[aria-sort]').innerText()).toMatch(/^for/);
  });

  it('shows the path of the person under the pointer', async () => {
    const page = await open(1280, 900);
    await page.locator('#people tr[data-id="2"] .events').hover();
    expect(await page.$$eval('#paths .chosen', (paths) => paths.map(({ id }) => id))).toEqual(['p2']);
    await page.locator('h1').hover();
    expect(await page.$$eval('#paths .chosen', (paths) => paths.length)).toBe(0);
  });

  it('fits a phone', async () => {
    const page = await open(390, 844);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390);
    for (const chart of await page.locator('.chart canvas').all())
      expect((await chart.boundingBox())!.width).toBeLessThanOrEqual(390);
    expect(
      await page.locator('.scenes figure').evaluateAll((f) => f.map((e) => e.getBoundingClientRect().width > 300)),
    ).toEqual([true, true]);
  });

  it('prints', async () => {
    const page = await open(1280, 900);
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect([pages >= 1, pages <= 3]).toEqual([true, true]);
    expect(faults).toEqual([]);
  });
});
