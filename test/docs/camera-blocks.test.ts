import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE, start } from '../commands/cli.ts';
import { installBuilt, spawnExample } from '../jsdoc.ts';
import { endAll, freePort, later, needing, TestCamera, until } from '../live/rig.ts';
import { temporaryFolder } from '../video/clips.ts';
import { allBlocks, commandsOf, shellLines, typescriptOf } from './blocks.ts';

const root = join(import.meta.dirname, '../..');
const folder = temporaryFolder();
const blocks = await allBlocks();

describe('the blocks that need a camera', needing('camera'), () => {
  let entrance: TestCamera;
  let carPark: TestCamera;
  let port: number;
  beforeAll(async () => {
    const login = { user: 'user', password: 'password' };
    entrance = await TestCamera.make({ ...login, path: 'stream1' });
    carPark = await TestCamera.make({ ...login, path: 'h264' });
    for (const camera of [entrance, carPark]) await camera.start();
    port = await freePort();
    installBuilt(folder);
    symlinkSync(join(root, 'videos'), join(folder, 'videos'));
    symlinkSync(SAMPLE, join(folder, 'street.mp4'));
    const config = readFileSync(join(root, 'examples/cameras.yaml'), 'utf8');
    writeFileSync(join(folder, 'cameras.yaml'), here(config));
    const points = [
      [100, 500],
      [700, 500],
      [560, 200],
      [220, 200],
    ].map((image, i) => ({
      image,
      ground: [
        [0, 0],
        [8, 0],
        [8, 20],
        [0, 20],
      ][i],
    }));
    const cameras = { entrance: { calibration: { points } } };
    writeFileSync(join(folder, 'site.yaml'), JSON.stringify({ cameras }));
  });
  beforeEach(() => rmSync(join(folder, 'live'), { recursive: true, force: true }));
  afterAll(endAll);

  /** A text with the addresses of the test cameras in place of those of the pages, and a free port for the live page. */
  const here = (text: string) =>
    text
      .replaceAll('192.168.1.20', `127.0.0.1:${entrance.port}`)
      .replaceAll('192.168.1.21:554', `127.0.0.1:${carPark.port}`)
      .replaceAll('8080', `${port}`)
      .replaceAll('/var/lib/twintrack', 'kept');

  /** Resolves when the live page has people at each of the cameras. */
  const peopleAt = (cameras: number) =>
    until(`people at ${cameras} cameras on the page`, async () => {
      const response = await fetch(`http://127.0.0.1:${port}/api/status`).catch(() => undefined);
      if (!response?.ok) return false;
      const status = (await response.json()) as { cameras: { people: number }[] };
      return status.cameras.length === cameras && status.cameras.every(({ people }) => people > 0);
    });

  it.each(typescriptOf(blocks, 'camera').map((block) => [block.place, block.code] as const))('%s', async (_, code) => {
    const child = spawnExample(here(code), folder);
    later(() => child.kill('SIGKILL'));
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        text[name] += chunk;
      });
    const closed = once(child, 'close');
    const working = async () => {
      if (code.includes('startServer')) await peopleAt(1);
      await until('a line is printed', () => text.stdout.includes('\n'));
      if (code.includes('onEvent')) await until('a person', () => /\bstarted\b/.test(text.stdout));
    };
    if (code.includes('SIGINT')) {
      await Promise.race([working(), closed]);
      child.kill('SIGINT');
    }
    expect([await closed, text.stderr]).toEqual([[0, null], '']);
    if (code.includes("out: 'live'")) expect(readdirSync(join(folder, 'live')).length).toBeGreaterThan(0);
    if (code.includes('server.url')) expect(text.stdout).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/?\n$`));
    if (code.includes('console.log(time')) expect(text.stdout).toMatch(/^[\d.]+ \[ \d[\d, ]* \]$/m);
  });

  const drawn = commandsOf(shellLines(blocks)).filter(
    ({ args }) => args[0] === 'zones' && !/\.(mp4|json)$/.test(args[1]),
  );
  it.each(drawn.map(({ place, line, args }) => [place, line, args] as const))('%s: %s', async (_, __, words) => {
    const run = start(words.map(here), { cwd: folder });
    await run.said('open this address');
    process.kill(run.pid, 'SIGINT');
    expect((await run.ended).status).toBe(130);
  });

  const commands = commandsOf(shellLines(blocks)).filter(({ args }) => args[0] === 'stream');
  it.each(commands.map(({ place, line, args }) => [place, line, args] as const))('%s: %s', async (_, __, words) => {
    const args = [...words.map(here), '--port', `${port}`];
    const run = start(args, { cwd: folder });
    const ended = await Promise.race([peopleAt(args.includes('cameras.yaml') ? 2 : 1), run.ended]);
    if (!ended) process.kill(run.pid, 'SIGINT');
    expect(await run.ended).toMatchObject({ status: 130, signal: null });
    const out = args.includes('--out') ? args[args.indexOf('--out') + 1] : 'live';
    expect(readdirSync(join(folder, out)).length).toBeGreaterThan(0);
  });
});
