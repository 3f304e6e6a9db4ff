/**
 * Makes docs/images/zones-page.jpg and zones-page-phone.jpg: the page of `twintrack zones` on a run of the sample video, as a browser shows
 * it (CHROMIUM_BIN, or /usr/bin/chromium).
 *
 *   npx tsx scripts/zones-pictures.ts [folder]
 */
import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { trackVideo } from '../src/index.ts';
import { serveZones } from '../src/zones/server.ts';
import { openSubject } from '../src/zones/subject.ts';

const root = join(import.meta.dirname, '..');
const folder = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'zones-'));
mkdirSync(folder, { recursive: true });

const sample = join(root, 'videos/pets09-s2l1.mp4');
const run = join(folder, 'pets09-s2l1.trajectories.json');
if (!existsSync(run)) {
  await trackVideo(sample, { out: folder, annotate: false });
  symlinkSync(sample, join(folder, 'pets09-s2l1.mp4'));
}
const config = join(folder, 'street.yaml');
writeFileSync(
  config,
  `zones:
  crossroads: { points: [[330, 205], [520, 190], [640, 330], [470, 400], [300, 300]] }
  lawn: { points: [[120, 330], [330, 390], [300, 540], [60, 520]] }
lines:
  path: { points: [[250, 330], [215, 190]] }
ignore:
  windows: { points: [[400, 50], [510, 60], [515, 95], [400, 90]] }
`,
);

const { url, close } = await serveZones(await openSubject(run, { config }), 0);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_BIN ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
for (const [name, viewport, deviceScaleFactor] of [
  ['zones-page', { width: 1200, height: 780 }, 1],
  ['zones-page-phone', { width: 390, height: 844 }, 1.5],
] as const) {
  const phone = deviceScaleFactor > 1 && { isMobile: true, hasTouch: true };
  const page = await browser.newPage({ viewport, deviceScaleFactor, colorScheme: 'dark', ...phone });
  await page.goto(url);
  await page.locator('.count', { hasText: 'visits' }).first().waitFor();
  const box = (await page.locator('#stage').boundingBox())!;
  const [x, y] = [box.x + (box.width * 430) / 768, box.y + (box.height * 350) / 576]; // within the crossroads
  await (phone ? page.touchscreen.tap(x, y) : page.mouse.click(x, y));
  await page.screenshot({ path: join(root, `docs/images/${name}.jpg`), type: 'jpeg', quality: 78 });
}
await browser.close();
await close();
