import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { serveZones } from '../../src/zones/server.ts';
import { openSubject, type SubjectOptions } from '../../src/zones/subject.ts';
import { CHROMIUM, later } from '../live/rig.ts';

let browser: Promise<Browser> | undefined;

/** Ends the browser. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
}

/** Expects what the page shows sooner or later. */
export function seen<T>(read: () => Promise<T>) {
  return expect.poll(read, { timeout: 30_000 });
}

/** A page of the browser, closed by `endAll`. */
export async function newPage(context: BrowserContextOptions): Promise<Page> {
  browser ??= chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  const page = await (await browser).newPage(context);
  later(() => page.close());
  return page;
}

/** A page of the editor. */
export interface Editor {
  readonly page: Page;
  readonly url: string;
  /** Whatever goes wrong in the page, and whatever it asks of another server. */
  readonly faults: string[];
  /** The place on the screen of a pixel of the picture. */
  at(x: number, y: number): Promise<[x: number, y: number]>;
  /** Clicks at pixels of the picture. */
  click(...points: [number, number][]): Promise<void>;
  /** Presses at a pixel, moves to others and lets go. */
  drag(...points: [number, number][]): Promise<void>;
  /** Chooses a tool by its name. */
  take(tool: string): Promise<void>;
  /** Saves, and returns what the page says of it. */
  save(): Promise<string>;
}

/** Serves the editor on an input, and opens it. */
export async function openEditor(
  input: string,
  options: SubjectOptions = {},
  context: BrowserContextOptions = { viewport: { width: 1280, height: 900 } },
): Promise<Editor> {
  const subject = await openSubject(input, options);
  const { width, height } = subject.picture;
  const server = await serveZones(subject, 0);
  later(() => server.close());
  const page = await newPage(context);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (!/status of 4(09|22)/.test(message.text())) faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url.split('#')[0]) && !/^(data|blob):/.test(request.url()))
      faults.push(`elsewhere: ${request.url()}`);
  });
  await page.goto(server.url);
  await page.locator('#file:not(:empty)').waitFor(); // the page does not let a test evaluate conditions
  const at: Editor['at'] = async (x, y) => {
    const box = (await page.locator('#stage').boundingBox())!;
    return [box.x + (x / width) * box.width, box.y + (y / height) * box.height];
  };
  return {
    page,
    url: server.url,
    faults,
    at,
    async click(...points) {
      for (const point of points) await page.mouse.click(...(await at(...point)));
    },
    async drag(first, ...others) {
      await page.mouse.move(...(await at(...first)));
      await page.mouse.down();
      for (const point of others) await page.mouse.move(...(await at(...point)), { steps: 4 });
      await page.mouse.up();
    },
    take: (tool) => page.getByRole('button', { name: tool, exact: true }).click(),
    async save() {
      const answer = page.waitForResponse(/api\/save/);
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await answer;
      return page.locator('#said:not(:empty)').innerText();
    },
  };
}
