/**
 * Makes docs/images/live.jpg: the live page with the sample video as two cameras, the second one 45 s ahead, as a browser shows it after
 * 65 s (CHROMIUM_BIN, or /usr/bin/chromium).
 *
 *   npx tsx scripts/live-picture.ts [PICTURE]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { startLive, startServer } from '../src/live/index.ts';
import { cameraParametersSchema } from '../src/live/parameters.ts';
import { findFfmpeg } from '../src/video/ffmpeg.ts';

const root = join(import.meta.dirname, '..');
const path = process.argv[2] ?? join(root, 'docs/images/live.jpg');
const sample = join(root, 'videos/pets09-s2l1.mp4');
const out = mkdtempSync(join(tmpdir(), 'live-'));
const later = join(out, 'later.mp4');
const { path: ffmpeg } = await findFfmpeg();
execFileSync(ffmpeg, ['-nostdin', '-loglevel', 'error', '-ss', '45', '-i', sample, '-c', 'copy', later]);

const outline = (points: [number, number][]) => ({ points, unit: 'ratio' as const, anchor: 'feet' as const });
const corners = (left: number, top: number, right: number, bottom: number) =>
  outline([
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ]);
const cameras = [
  {
    ...{ name: 'junction', url: sample },
    zones: { road: corners(0.66, 0.26, 0.98, 0.8), junction: corners(0.3, 0.35, 0.62, 0.55) },
    lines: {
      middle: outline([
        [0.5, 1],
        [0.5, 0.15],
      ]),
    },
  },
  {
    ...{ name: 'car-park', url: later },
    zones: {},
    lines: {
      path: outline([
        [0.38, 1],
        [0.15, 0.2],
      ]),
    },
  },
];
const parameters = cameraParametersSchema.parse({});
const live = await startLive({ cameras, realtime: true, out: join(out, 'live'), parameters });
const server = await startServer(live, { host: '127.0.0.1', port: 0 });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_BIN ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 873 }, colorScheme: 'dark' });
await page.goto(server.url);
await setTimeout(65_000);
await page.screenshot({ path, type: 'jpeg', quality: 80 });
await browser.close();
await server.close();
await live.close();
