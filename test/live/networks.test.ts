import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveOptions, startServer } from '../../src/live/index.ts';
import { endAll, later, SAMPLE, standIn, statusOf, until } from './rig.ts';
import { follow } from './scenarios.ts';

afterEach(endAll);

/** The threads of networks, in the order in which they were started. */
const threads: Worker[] = [];
beforeEach(() => {
  threads.length = 0;
  const started = (worker: Worker) => threads.push(worker);
  process.on('worker', started);
  later(() => process.off('worker', started));
});

/** A thread ends by an error in it. */
const breakThread = (thread: Worker) => thread.postMessage(null);

/** Follows the sample, with what the log says and what `/healthz` answers. */
async function watch(options: Pick<LiveOptions, 'detector'>, settings: Parameters<typeof follow>[1]) {
  const said: string[] = [];
  const tell = (_: object, message: string) => said.push(message);
  const log = { info: tell, warn: tell, error: tell };
  const live = await follow({ cameras: [{ name: 'yard', url: SAMPLE }], realtime: true, log, ...options }, settings);
  const server = await startServer(live, { host: '127.0.0.1', port: 0 });
  later(() => server.close());
  const health = async () => {
    const response = await fetch(`${server.url}healthz`);
    return [response.status, ((await response.json()) as { status: string }).status];
  };
  const goesOn = async (what: string) => {
    const { processed } = statusOf(live);
    await until(what, () => statusOf(live).processed > processed + 5);
  };
  const times = (message: string) => said.filter((other) => other === message).length;
  return { live, health, goesOn, times };
}

describe('a network whose thread dies', () => {
  it('is loaded anew: the detector, without which frames are left out', async () => {
    const settings = { appearance: { mode: 'off' }, detection: { inputPixels: 1024, cores: 1 } } as const;
    const { health, goesOn, times } = await watch({}, settings);
    await goesOn('people are followed');
    expect(await health()).toEqual([200, 'ok']);
    breakThread(threads[0]);
    await until('it is told', async () => `${await health()}` === '503,detector failed');
    await until('it works again', async () => (await health())[0] === 200);
    await goesOn('people are followed again');
    const told = ['the detector has failed and is loaded anew', 'the detector works again'];
    expect(told.map(times)).toEqual([1, 1]);
    expect(['frames are left out', 'people are followed again'].map(times)).toEqual([1, 1]);
  });

  it('is loaded anew: the Siamese network, without which people are followed all the same', async () => {
    const { health, goesOn, times } = await watch({ detector: standIn() }, { appearance: { mode: 'always' } });
    await goesOn('people are followed');
    expect(threads).toHaveLength(1);
    breakThread(threads[0]);
    await until('it is told', async () => `${await health()}` === '503,appearance failed');
    await goesOn('people are followed');
    await until('it works again', async () => (await health())[0] === 200);
    await goesOn('people are followed');
    expect(threads).toHaveLength(2);
    const told = ['the Siamese network has failed and is loaded anew', 'the Siamese network works again'];
    expect(told.map(times)).toEqual([1, 1]);
    expect(times('frames are left out')).toBe(0);
  });
});

describe("the caller's detector", () => {
  it('is used on after an error, and stays open at the end', async () => {
    let broken = false;
    let asked = 0;
    let closed = 0;
    const given = standIn();
    const detector = {
      ...given,
      async detect(frame: Parameters<typeof given.detect>[0]) {
        asked++;
        if (broken) throw new Error('out of order');
        return given.detect(frame);
      },
      async close() {
        closed++;
      },
    };
    const settings = { appearance: { mode: 'off' }, detection: { maxRate: 3 } } as const; // frames between say nothing of it
    const { live, health, goesOn, times } = await watch({ detector }, settings);
    await goesOn('people are followed');
    broken = true;
    await until('it is told', async () => `${await health()}` === '503,detector failed');
    const before = asked;
    await until('it is asked on', () => asked > before + 20); // longer than until a network is loaded anew
    broken = false;
    await goesOn('people are followed again');
    expect(await health()).toEqual([200, 'ok']);
    expect(['frames are left out', 'people are followed again'].map(times)).toEqual([1, 1]);
    expect(closed).toBe(0);
    await live.close();
    expect(closed).toBe(0);
  });
});
