import { get, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { startServer } from '../../src/live/index.ts';
import { slowness } from '../machine.ts';
import { endAll, later, SAMPLE, standIn, statusOf, until } from './rig.ts';
import { follow, held } from './scenarios.ts';

afterEach(endAll);

/** Opens a stream and reads it; resolves with the status. */
function view(url: string, open: IncomingMessage[]): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      response.resume();
      response.on('error', () => {}); // it is destroyed in the end
      if (response.statusCode === 200) open.push(response);
      resolve(response.statusCode ?? 0);
    }).on('error', reject);
  });
}

describe('a thousand viewers, of pictures and of figures', () => {
  it('are served as far as there are places, and take nothing from the cameras or from health checks', async () => {
    const cameras = [{ name: 'yard', url: SAMPLE }];
    const live = await follow({ cameras, detector: standIn(), realtime: true }, { appearance: { mode: 'off' } });
    const server = await startServer(live, { host: '127.0.0.1', port: 0 });
    later(() => server.close());
    await until('frames', () => statusOf(live).processed > 7);
    const before = held();
    const { dropped } = statusOf(live);
    const open: IncomingMessage[] = [];
    const urls = Array.from({ length: 1000 }, (_, i) => (i % 2 ? 'api/live' : 'cameras/yard/video.mjpeg'));
    const codes: number[] = [];
    for (let i = 0; i < urls.length; i += 50)
      codes.push(...(await Promise.all(urls.slice(i, i + 50).map((url) => view(`${server.url}${url}`, open)))));
    expect(codes.filter((code) => code === 200)).toHaveLength(64);
    expect(codes.filter((code) => code === 503)).toHaveLength(936);
    const end = performance.now() + 30_000;
    let slowest = 0;
    while (performance.now() < end) {
      const asked = performance.now();
      expect((await fetch(`${server.url}healthz`)).status).toBe(200);
      slowest = Math.max(slowest, performance.now() - asked);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    expect(slowest).toBeLessThan(1000 * slowness());
    const { received, state, reconnects } = statusOf(live);
    expect([state, reconnects]).toEqual(['live', 0]);
    expect((statusOf(live).dropped - dropped) / received).toBeLessThan(0.02 * slowness());
    for (const response of open) response.destroy();
    await until('all is given back', () => {
      const { processes, files } = held();
      return processes <= before.processes && files <= before.files + 2;
    });
    expect(await view(`${server.url}api/live`, open)).toBe(200);
    open.at(-1)?.destroy();
  });
});
