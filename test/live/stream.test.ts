import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readTrajectories } from '../../src/trajectories/index.ts';
import { findFfmpeg } from '../../src/video/ffmpeg.ts';
import { FAST, failure, start, twintrack } from '../commands/cli.ts';
import { slowness } from '../machine.ts';
import { runFfmpeg } from '../video/clips.ts';
import {
  Broker,
  endAll,
  folder,
  freePort,
  later,
  needing,
  SAMPLE,
  standIn,
  TestCamera,
  TOO_SLOW,
  tooSlow,
  until,
} from './rig.ts';
import { follow } from './scenarios.ts';

afterEach(endAll);

describe('twintrack stream', () => {
  it('tells wrong usage in one line', async () => {
    const config = join(folder(), 'c.yaml');
    writeFileSync(config, `cameras: [{ url: rtsp://a, lines: { door: { points: [[1, 2]] } } }]`);
    const cases: [string[], string][] = [
      [[], 'stream: no camera; for example: twintrack stream rtsp://user:password@192.168.1.20/stream1'],
      [
        ['ftp://me:secret@host/x'],
        'ftp://***@host/x: ftp is no kind of live source; known are rtsp, rtsps, http, https, rtmp, rtmps, srt, udp, rtp',
      ],
      [[SAMPLE], `${SAMPLE}: is a file; add --realtime to play it as if it were a camera`],
      [
        ['nowhere.mp4'],
        'nowhere.mp4: neither a file nor a live source; for example rtsp://user:password@camera/stream',
      ],
      [
        [SAMPLE, '--realtime', '--keep', 'long'],
        '--keep long: neither an age nor a size; for example 12h, 7d, 4w, 500MB, 10GB',
      ],
      [
        [SAMPLE, '--realtime', '--mqtt', 'http://me:secret@broker'],
        '--mqtt http://***@broker: not the address of a broker; for example mqtt://localhost',
      ],
      [
        [SAMPLE, '--realtime', '--host', '0.0.0.0', '--token', 'guess me'],
        '--token: has 8 characters; 16 or more cannot be guessed',
      ],
      [
        [SAMPLE, '--realtime', '--set', 'zones.shop={points: [[0, 0], [9, 9], [9, 0], [0, 9]]}'],
        '--set zones.shop={points: [[0, 0], [9, 9], [9, 0], [0, 9]]}: zones.shop.points: the outline crosses itself: sides 1 and 3 meet; list the corners in turn',
      ],
    ];
    const runs = cases.map(([args]) => twintrack(['stream', ...args, '--out', folder(), '--port', '0']));
    expect(await Promise.all(runs)).toEqual(cases.map(([, line]) => failure(line, 2)));
    const { status, stderr } = await twintrack(['stream', '--config', config, '--out', folder()]);
    expect([status, stderr]).toEqual([
      1,
      `twintrack: ${config}: cameras.0.lines.door.points: a line needs 2 points, not 1; a camera has a url, and may have name, transport, tlsVerify, tlsCa, zones, lines, ignore\n`,
    ]);
  });

  it('does not follow a camera whose pictures do not hold its lines, and says so', async () => {
    const args = [SAMPLE, '--realtime', '--out', folder(), '--port', '0', ...FAST];
    const run = start(['stream', ...args, '--set', 'lines.door={points: [[900, 0], [10, 10]]}']);
    await run.said(
      '"kind":"configuration","reason":"cannot be followed: lines.door.points: point 1 (900, 0) lies outside the picture of 768 × 576 pixels; give points of the source picture"',
    );
    process.kill(run.pid, 'SIGTERM');
    expect((await run.ended).status).toBe(0);
  });

  it('counts at lines and zones; plays a file over and over; ends within five seconds of SIGTERM with all outputs complete', async ({
    skip,
  }) => {
    const out = folder();
    const clip = join(folder(), 'short.mp4');
    // its first and last picture stand for a while, so that a slow machine follows everybody when they go, and has when it ends
    const pad = 'tpad=start_duration=1.5:start_mode=clone:stop_duration=1.5:stop_mode=clone';
    runFfmpeg('-t', '7.8', '-i', SAMPLE, '-vf', pad, '-crf', '18', clip);
    const config = join(folder(), 'areas.yaml');
    // two people cross to the left within these seconds, a third does not come so far; a fourth comes into the zone last
    writeFileSync(
      config,
      `lines:
  kerb: { points: [[540, 260], [540, 430]] }
zones:
  road: { points: [[540, 250], [768, 250], [768, 430], [540, 430]] }`,
    );
    const options = ['--config', config, '--set', 'detection.inputPixels=150000', '--record'];
    const port = await freePort();
    const run = start(['stream', clip, '--realtime', '--out', out, '--port', `${port}`, ...options]);
    await run.said('"msg":"offline; it is tried again and again"');
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const [received, dropped] = ['received', 'dropped'].map((name) =>
      Number(new RegExp(`^twintrack_frames_${name}_total{.*} (\\d+)$`, 'm').exec(metrics)?.[1]),
    );
    if (tooSlow(dropped / received)) {
      process.kill(run.pid, 'SIGTERM');
      await run.ended;
      skip(TOO_SLOW);
    }
    expect(metrics).toContain('twintrack_line_crossings_total{camera="short",line="kerb",direction="in"} 2\n');
    expect(metrics).toContain('twintrack_line_crossings_total{camera="short",line="kerb",direction="out"} 0\n');
    expect(metrics).toContain('twintrack_zone_entries_total{camera="short",zone="road"} 4\n');
    const events = () => readFileSync(join(out, 'short/events.jsonl'), 'utf8');
    await until('it plays again', () => events().split('"connected"').length > 2);
    const begin = performance.now();
    process.kill(run.pid, 'SIGTERM');
    expect(await run.ended).toMatchObject({ status: 0, signal: null, stdout: '' });
    expect(performance.now() - begin).toBeLessThan(5000 * slowness());
    const names = readdirSync(join(out, 'short')).sort();
    expect(names.map((name) => name.replace(/^\d{8}T\d{6}Z/, 'TIME'))).toEqual([
      'TIME.annotated.mp4',
      'TIME.trajectories.json',
      'events.jsonl',
    ]);
    const document = await readTrajectories(join(out, 'short', names[1]));
    expect(document).toMatchObject({ complete: true, source: { width: 768, height: 576 } });
    expect(document.summary.frames).toBeGreaterThan(15);
    const lines = events()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ event: 'stopped', camera: 'short' });
    const count = (event: string) => lines.filter((line) => line.event === event).length;
    expect(count('started')).toBe(count('ended'));
    expect(count('entered')).toBe(count('left'));
    const first = lines.slice(
      0,
      lines.findIndex(({ event }) => event === 'disconnected'),
    );
    const crossed = first.filter(({ event }) => event === 'crossed');
    expect(crossed).toMatchObject(Array(2).fill({ camera: 'short', line: 'kerb', direction: 'in' }));
    // as on the ground truth of the sequence: after 1.9 s and 6.9 s of it
    const since = crossed.map(({ time }) => (Date.parse(time) - Date.parse(lines[0].time)) / 1000);
    expect(Math.abs(since[0] - 3.4)).toBeLessThan(0.6);
    expect(Math.abs(since[1] - 8.4)).toBeLessThan(0.6);
    const left = first.filter(({ event }) => event === 'left');
    expect(left.map(({ id }) => id)).toEqual(crossed.map(({ id }) => id));
    expect(Math.abs(left[1].dwell - 4.6)).toBeLessThan(0.8);
    for (const line of (await run.ended).stderr.trimEnd().split('\n'))
      expect(JSON.parse(line).level).toMatch(/info|warn/);
  });

  it('reads the configuration again at SIGHUP: what stays is not disturbed, what is wrong is not taken', async () => {
    const out = folder();
    const config = join(folder(), 'cameras.yaml');
    const write = (names: readonly string[]) =>
      writeFileSync(config, `cameras:\n${names.map((name) => `  - { name: ${name}, url: ${SAMPLE} }\n`).join('')}`);
    write(['one', 'two']);
    const run = start(['stream', '--config', config, '--realtime', '--out', out, '--port', '0', ...FAST]);
    await run.said('"camera":"one","width"');
    await run.said('"camera":"two","width"');
    write(['one', 'three']);
    process.kill(run.pid, 'SIGHUP');
    await run.said('"camera":"three","width"');
    writeFileSync(config, 'cameras: nothing');
    process.kill(run.pid, 'SIGHUP');
    await run.said('the configuration is not taken');
    process.kill(run.pid, 'SIGINT');
    expect((await run.ended).status).toBe(130);
    const kinds = (name: string) =>
      [...readFileSync(join(out, name, 'events.jsonl'), 'utf8').matchAll(/"event":"(connected|stopped)"/g)].map(
        ([, kind]) => kind,
      );
    expect(readdirSync(out).sort()).toEqual(['one', 'three', 'two']);
    expect([kinds('one'), kinds('two'), kinds('three')]).toEqual(Array(3).fill(['connected', 'stopped']));
  });

  /** Starts the command with an ffmpeg that does not answer before it is let go; resolves when that is waited for. */
  const startSlowly = async (...args: string[]) => {
    const path = folder();
    const [binary, asked, go] = ['ffmpeg', 'asked', 'go'].map((name) => join(path, name));
    const wait = `while [ -e ${path} ] && [ ! -e ${go} ]; do sleep 0.1; done`;
    writeFileSync(binary, `#!/bin/sh\ntouch ${asked}\n${wait}\nexec '${(await findFfmpeg()).path}' "$@"\n`, {
      mode: 0o755,
    });
    const run = start(['stream', SAMPLE, '--realtime', '--out', folder(), ...args, ...FAST], {
      env: { ...process.env, FFMPEG_BIN: binary },
    });
    await until('it starts', () => existsSync(asked));
    return { ...run, goOn: () => writeFileSync(go, '') };
  };

  it('takes signals from the start: SIGHUP is acted on when it has started, SIGTERM ends it in time all the same', async () => {
    const config = join(folder(), 'cameras.yaml');
    writeFileSync(config, '{}');
    const port = await freePort();
    const run = await startSlowly('--config', config, '--port', `${port}`);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(503);
    writeFileSync(config, `cameras: [{ name: two, url: ${SAMPLE} }]`);
    process.kill(run.pid, 'SIGHUP');
    run.goOn();
    await run.said('"camera":"two","width"');
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    process.kill(run.pid, 'SIGTERM');
    expect(await run.ended).toMatchObject({ status: 0, signal: null });

    const stuck = await startSlowly('--port', '0');
    process.kill(stuck.pid, 'SIGTERM');
    const { status, stderr } = await stuck.ended;
    expect(status).toBe(0);
    expect(stderr).toContain('not all outputs are complete');
  });

  it('ends at once at a second Ctrl-C', async () => {
    const run = await startSlowly('--port', '0');
    process.kill(run.pid, 'SIGINT');
    await run.said('"msg":"stopping"');
    process.kill(run.pid, 'SIGINT');
    const { status, stderr } = await run.ended;
    expect(status).toBe(130);
    expect(stderr).not.toContain('not all outputs are complete');
  });

  it('tells a port that is taken before anything is touched', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    later(() => other.close());
    const out = join(folder(), 'out');
    expect(await twintrack(['stream', SAMPLE, '--realtime', '--out', out, '--port', `${port}`])).toEqual(
      failure(`127.0.0.1:${port}: another program listens there; choose another --port or --host`),
    );
    expect(existsSync(out)).toBe(false);
  });

  it(
    'lets no credentials into any output, wherever they stand and whatever is in them',
    needing('camera', 'broker'),
    async () => {
      const secret = 's3cret@s3cret s3cret/#?&s3cret';
      const place = 'user=admin_password=s3cret_channel=1';
      const camera = await TestCamera.make({ user: 'admin', password: secret, path: place });
      await camera.start();
      const broker = await Broker.start();
      const out = folder();
      const port = await freePort();
      // percent-encoded of a camera that is there, and as they are of some that are not
      const urls = [
        `${camera.url()}?token=${encodeURIComponent(secret)}`,
        `rtsp://admin:${secret}@127.0.0.1:9/x`,
        `rtsp://admin@lan:${secret}@127.0.0.1:9/x`,
        `rtsp://127.0.0.1:9/user=admin_password=${secret}_channel=1`,
        `http://127.0.0.1:9/video?user=admin&pwd=${secret}`,
        `http://127.0.0.1:9/live.m3u8?token=${secret}`,
      ];
      const options = ['--mqtt', broker.url, '--token', secret, '--out', out, '--port', `${port}`, '--record'];
      const { got } = await broker.listen();
      const run = start(['--verbose', 'stream', ...urls, ...options, ...FAST]);
      await run.said('"msg":"live"');
      await until('something is written', () =>
        readdirSync(out, { recursive: true, encoding: 'utf8' }).some(
          (name) => name.endsWith('.open.jsonl') && readFileSync(join(out, name), 'utf8').includes('"frame":'),
        ),
      );
      await camera.kill();
      const answers: string[] = [];
      const ask = async (path: string) => {
        const headers = { authorization: `Bearer ${secret}` };
        return (await fetch(`http://127.0.0.1:${port}/${path}`, { headers })).text();
      };
      await until('all are offline', async () => {
        const { cameras } = JSON.parse(await ask('api/status')) as { cameras: { state: string }[] };
        return cameras.length === urls.length && cameras.every(({ state }) => state === 'offline');
      });
      for (const path of ['', 'page.js', 'metrics', 'healthz', 'api/status', 'api/history'])
        answers.push(await ask(path));
      process.kill(run.pid, 'SIGTERM');
      const { stdout, stderr } = await run.ended;
      const names = readdirSync(out, { recursive: true, encoding: 'utf8' });
      const files = names.filter((name) => statSync(join(out, name)).isFile());
      const texts = files.map((name) => readFileSync(join(out, name), 'latin1'));
      expect(files.some((name) => name.endsWith('.trajectories.json'))).toBe(true);
      await until('the goodbye', () => got.some(([topic, text]) => topic === 'twintrack/status' && text === 'offline'));
      const wrong = await Promise.all([
        twintrack(['stream', `ftp://admin:${secret}@127.0.0.1/x`]),
        twintrack(['stream', ...urls, '--mqtt', `http://admin:${secret}@127.0.0.1`]),
        twintrack(['stream', ...urls, '--set', urls[1]]),
        twintrack(['stream', `--url=${urls[1]}`]),
        twintrack(['--verbose', 'track', urls[1]]),
      ]);
      const told = wrong.flatMap((failed) => [failed.stdout, failed.stderr]);
      const outputs = [...names, ...texts, ...answers, ...got.flat(), stdout, stderr, ...told];
      expect(outputs.flatMap((text) => text.match(/^.*(s3cret|admin).*$/gm) ?? [])).toEqual([]);
      expect(stderr).toContain('127.0.0.1');
    },
  );
});

describe('a camera that is started again', () => {
  it('numbers people on, also when its events are gone', async () => {
    const out = folder();
    const ids: number[] = [];
    for (let run = 1; run <= 2; run++) {
      const live = await follow({
        ...{ cameras: [{ name: 'yard', url: SAMPLE }], realtime: true, detector: standIn(), out },
        onEvent: (event) => event.event === 'started' && ids.push(event.id),
      });
      await until('somebody is followed', () => ids.length === run);
      await live.close();
      rmSync(join(out, 'yard', 'events.jsonl'));
    }
    expect(ids).toEqual([1, 2]);
  });
});
