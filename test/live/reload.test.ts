import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startServer } from '../../src/live/index.ts';
import { cameraParametersSchema } from '../../src/live/parameters.ts';
import { readTrajectories } from '../../src/trajectories/index.ts';
import { FAST, start, twintrack } from '../commands/cli.ts';
import { readAll, runFfmpeg } from '../video/clips.ts';
import { endAll, folder, freePort, later, needing, SAMPLE, standIn, statusOf, TestCamera, until } from './rig.ts';
import { follow } from './scenarios.ts';

afterEach(endAll);

const QUIET = { appearance: { mode: 'off' } } as const;

describe('another configuration', needing('camera'), () => {
  it('with a bad camera in it: the others run on or start, and it is named', async () => {
    const out = folder();
    const config = join(folder(), 'cameras.yaml');
    const camera = await TestCamera.make();
    await camera.start();
    const write = (names: readonly string[], rate: number) =>
      writeFileSync(
        config,
        `live: { eventRate: ${rate} }\ncameras:\n${names.map((name) => `  - { name: ${name}, url: "${camera.url()}" }\n`).join('')}`,
      );
    const port = await freePort();
    write(['second'], 1);
    const run = start(['stream', '--config', config, '--out', out, '--port', `${port}`, ...FAST]);
    await run.said('"camera":"second","width"');
    const status = async () => (await fetch(`http://127.0.0.1:${port}/api/status`)).json() as Promise<Status>;
    const received = async () => (await status()).cameras.find(({ name }) => name === 'second')!.received;
    await until('frames', async () => (await received()) > 7);
    writeFileSync(join(out, 'first'), 'in the way of its folder');
    write(['first', 'second', 'third'], 2);
    const before = await received();
    process.kill(run.pid, 'SIGHUP');
    await run.said('"camera":"third","width"');
    await run.said('"msg":"the camera is skipped"');
    await run.said('configuration read again');
    const { cameras, skipped } = await status();
    expect(cameras.map(({ name, state, reconnects }) => [name, state, reconnects])).toEqual([
      ['second', 'live', 0],
      ['third', 'live', 0],
    ]);
    expect(cameras[0].received).toBeGreaterThan(before);
    expect(skipped).toEqual([{ name: 'first', reason: expect.stringContaining('first') }]);
    const health = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect(await health.json()).toEqual({ status: 'ok', cameras: 2, live: 2, skipped: ['first'] });

    rmSync(join(out, 'first'));
    process.kill(run.pid, 'SIGHUP');
    await run.said('"camera":"first","width"');
    expect((await status()).cameras.map(({ name }) => name)).toEqual(['first', 'second', 'third']);
    process.kill(run.pid, 'SIGTERM');
    expect((await run.ended).status).toBe(0);
    const events = readFileSync(join(out, 'second', 'events.jsonl'), 'utf8');
    const kinds = [...events.matchAll(/"event":"(connected|disconnected|stopped)"/g)].map(([, kind]) => kind);
    expect(kinds).toEqual(['connected', 'stopped']); // its connection outlived the change of its parameters
  });
});

interface Status {
  readonly cameras: readonly { name: string; state: string; received: number; reconnects: number }[];
  readonly skipped: readonly { name: string; reason: string }[];
}

describe('other parameters', () => {
  const clip = () => {
    const path = join(folder(), 'yard.mp4');
    runFfmpeg('-t', '20', '-i', SAMPLE, '-vf', 'scale=192:144', path);
    return path;
  };

  it('leave the connection as it is, and begin new outputs with ids that go on', async () => {
    const out = folder();
    const cameras = [{ name: 'yard', url: clip() }];
    const live = await follow({ cameras, detector: standIn(), realtime: true, out }, QUIET);
    await until('frames', () => statusOf(live).processed > 7);
    const zones = {
      lawn: {
        points: [
          [0, 0],
          [190, 0],
          [190, 140],
          [0, 140],
        ],
      },
    };
    const { received } = statusOf(live);
    await live.reconfigure({ cameras, parameters: cameraParametersSchema.parse({ ...QUIET, zones }) });
    await until('frames', () => statusOf(live).received > received + 7 && statusOf(live).people === 1);
    expect(statusOf(live)).toMatchObject({ reconnects: 0, tracks: 2, zones: [{ name: 'lawn' }] });
    await live.close();
    const names = readdirSync(join(out, 'yard')).filter((name) => name.endsWith('.trajectories.json'));
    const documents = await Promise.all(names.map((name) => readTrajectories(join(out, 'yard', name))));
    expect(documents.map(({ trajectories }) => trajectories.map(({ id }) => id))).toEqual([[1], [2]]);
    expect(existsSync(join(out, 'yard', 'events.jsonl'))).toBe(true);
  });

  it('of reading the pictures take effect on a new connection', async () => {
    const out = folder();
    const cameras = [{ name: 'yard', url: clip() }];
    const live = await follow({ cameras, detector: standIn(), realtime: true, record: true, out }, QUIET);
    await until('frames', () => statusOf(live).processed > 3);
    await live.reconfigure({ cameras, parameters: cameraParametersSchema.parse({ ...QUIET, video: { sar: '2:1' } }) });
    const recorded = () => readdirSync(join(out, 'yard')).filter((name) => name.endsWith('.mp4'));
    await until('a recording of the new connection', () => recorded().length === 2);
    const { processed } = statusOf(live);
    await until('frames', () => statusOf(live).processed > processed + 3);
    expect(statusOf(live).reconnects).toBe(1);
    await live.close();
    const recordings = await Promise.all(
      recorded()
        .sort()
        .map((name) => readAll(join(out, 'yard', name))),
    );
    expect(recordings.map(({ info }) => info.sampleAspectRatio)).toEqual([undefined, 2]);
  });

  it('that no picture fits are told as a fault of the camera, until they are right again', async () => {
    const cameras = [{ name: 'yard', url: clip() }];
    const live = await follow({ cameras, detector: standIn(), realtime: true }, QUIET);
    await until('frames', () => statusOf(live).processed > 3);
    const withLine = (x: number) =>
      cameraParametersSchema.parse({
        ...QUIET,
        lines: {
          door: {
            points: [
              [x, 20],
              [x, 120],
            ],
          },
        },
      });
    await live.reconfigure({ cameras, parameters: withLine(900) });
    await until('the fault', () => statusOf(live).fault?.kind === 'configuration');
    expect(statusOf(live).fault?.reason).toContain('lies outside the picture of 192 × 144 pixels');
    await live.reconfigure({ cameras, parameters: withLine(100) });
    await until('it goes on', () => statusOf(live).state === 'live' && statusOf(live).people === 1, 60);
  });
});

describe('health', () => {
  it('is bad when no camera has been live for a while, and good again when one is', async () => {
    const url = join(folder(), 'later.mp4');
    runFfmpeg('-t', '2', '-i', SAMPLE, '-vf', 'scale=192:144', url);
    const cameras = [{ name: 'yard', url }];
    const live = await follow(
      { cameras, detector: standIn(), realtime: true },
      { ...QUIET, live: { unhealthySeconds: 2 } },
    );
    const server = await startServer(live, { host: '127.0.0.1', port: 0 });
    later(() => server.close());
    const answers = async (path: string) => {
      const response = await fetch(`${server.url}${path}`);
      return [response.status, ((await response.json()) as { status: string }).status];
    };
    await until('it is ready', async () => (await answers('readyz'))[0] === 200);
    expect(await answers('healthz')).toEqual([200, 'ok']);
    rmSync(url);
    await until('it is bad', async () => (await answers('healthz'))[0] === 503);
    expect(await answers('healthz')).toEqual([503, 'no camera has been live for 2 s']);
    expect(await answers('readyz')).toEqual([503, 'no camera is live']);
    runFfmpeg('-t', '2', '-i', SAMPLE, '-vf', 'scale=192:144', url);
    await until('it is good', async () => (await answers('healthz'))[0] === 200, 60);
  });
});

describe('stream --check', needing('camera'), () => {
  it('tries every camera and tells what is wrong with each', async () => {
    const camera = await TestCamera.make({ user: 'me', password: 's3cret' });
    await camera.start();
    const config = join(folder(), 'cameras.yaml');
    writeFileSync(
      config,
      `cameras:
  - { name: good, url: "${camera.url()}" }
  - { name: stranger, url: "${camera.url({ user: 'me', password: 'wrong' })}" }
  - { name: nowhere, url: "${camera.url(undefined, 'none')}" }
  - { name: closed, url: "rtsp://127.0.0.1:${await freePort()}/" }
  - { name: bad, url: "ftp://host/" }
`,
    );
    const { status, stdout } = await twintrack(['stream', '--check', config]);
    expect(status).toBe(1);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/ {2,}/g, '|').split('|')),
    ).toEqual([
      ['ok', 'good', expect.stringContaining('rtsp://***@127.0.0.1'), '768×576, 7 frames/s, h264'],
      ['FAILED', 'stranger', expect.any(String), 'user name or password is wrong (401)'],
      ['FAILED', 'nowhere', expect.any(String), 'there is no such stream at this address (404)'],
      ['FAILED', 'closed', expect.any(String), 'the connection is refused'],
      ['FAILED', 'bad', expect.stringContaining('ftp is no kind of live source')],
    ]);
    expect(stdout).not.toContain('s3cret');
    expect((await twintrack(['stream', '--check', camera.url()])).status).toBe(0);
  });
});
