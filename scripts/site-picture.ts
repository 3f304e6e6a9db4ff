/**
 * Makes docs/images/site-report.jpg: the left and the right part of the sample video as two cameras, tracked, linked, and the report of them
 * as a browser shows it (CHROMIUM_BIN, or /usr/bin/chromium).
 *
 *   npx tsx scripts/site-picture.ts [folder]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { apply } from '../src/analytics/homography.ts';
import { trackVideo } from '../src/index.ts';
import { linkSite, writeSiteReport } from '../src/site/index.ts';
import { findFfmpeg } from '../src/video/ffmpeg.ts';

const root = join(import.meta.dirname, '..');
const folder = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'site-'));
mkdirSync(folder, { recursive: true });

/** The street in metres, as people's heights say: a camera 7 m up that looks 22° down. */
const STREET = Float64Array.of(...[7.55, 0, -2899], ...[0, -2.83, 7240], ...[0, 1, 83]);
const [WIDTH, HEIGHT] = [330, 576];
const VIEWS = { west: 0, east: 438 };

const ffmpeg = await findFfmpeg();
const cameras: Record<string, object> = {};
for (const [name, left] of Object.entries(VIEWS)) {
  const video = join(folder, `${name}.mp4`);
  const crop = ['-vf', `crop=${WIDTH}:${HEIGHT}:${left}:0`, '-c:v', 'libx264', '-preset', 'veryfast'];
  const sample = join(root, 'videos/pets09-s2l1.mp4');
  execFileSync(ffmpeg.path, ['-nostdin', '-loglevel', 'error', '-y', '-i', sample, ...crop, video]);
  await trackVideo(video, { out: folder, annotate: false, savePatches: true });
  const corners = [
    [0, 120],
    [WIDTH, 120],
    [WIDTH, HEIGHT],
    [0, HEIGHT],
  ];
  const points = corners.map(([u, v]) => ({ image: [u, v], ground: apply(STREET, left + u, v) }));
  cameras[name] = { trajectories: `${name}.trajectories.json`, calibration: { points } };
}
const site = join(folder, 'site.yaml');
writeFileSync(site, JSON.stringify({ cameras }));
await linkSite([], { site, out: join(folder, 'site') });
const page = join(folder, 'site.report.html');
console.log(await writeSiteReport(join(folder, 'site/site.json'), { out: page }));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_BIN ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const view = await browser.newPage({ viewport: { width: 1000, height: 700 } });
await view.goto(pathToFileURL(page).href);
const path = join(root, 'docs/images/site-report.jpg');
const clip = { x: 0, y: 0, width: 1000, height: 1150 };
await view.screenshot({ path, type: 'jpeg', quality: 78, fullPage: true, clip });
await browser.close();
