/**
 * Makes docs/images/player.jpg: the player of the sample video with a person chosen, as a browser shows it.
 * `npx tsx scripts/player-picture.ts`
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { trackVideo } from '../src/index.ts';
import { writePlayer } from '../src/report/index.ts';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'player-'));
const video = join(root, 'videos/pets09-s2l1.mp4');
const { files } = await trackVideo(video, {
  out: folder,
  annotate: false,
  parameters: {
    lines: {
      path: {
        points: [
          [0.45, 0.3],
          [0.55, 0.8],
        ],
        unit: 'ratio',
      },
    },
  },
});
const page = join(folder, 'player.html');
await writePlayer(files.trajectories!, { out: page, video });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_BIN ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const view = await browser.newPage({ viewport: { width: 1000, height: 680 } });
await view.goto(pathToFileURL(page).href);
while ((await view.evaluate<number>('document.getElementById("video").readyState')) < 2) await sleep(50);
await view.evaluate('document.getElementById("video").currentTime = 30');
await view.locator('#people button').nth(8).click();
await sleep(1000); // the frame is there
await view.screenshot({ path: join(root, 'docs/images/player.jpg'), type: 'jpeg', quality: 78 });
await browser.close();
