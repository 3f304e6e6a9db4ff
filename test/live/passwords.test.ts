import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { addressOf } from '../../src/video/camera/address.ts';
import { openGate } from '../../src/video/camera/gate.ts';
import { answerTo } from '../../src/video/camera/login.ts';
import { findFfmpeg } from '../../src/video/ffmpeg.ts';
import { FAST, start } from '../commands/cli.ts';
import { ffmpeg, runFfmpeg } from '../video/clips.ts';
import { endAll, folder, freePort, later, needing, SAMPLE, TestCamera, until, watch } from './rig.ts';

afterEach(endAll);

/** The command lines of a process and of those that it has started. */
function commandLines(pid: number): string[] {
  const read = (name: string, file: string) => {
    try {
      return readFileSync(`/proc/${name}/${file}`, 'latin1');
    } catch {
      return ''; // it has ended
    }
  };
  return readdirSync('/proc')
    .filter((name) => name === `${pid}` || (/^\d+$/.test(name) && read(name, 'status').includes(`\nPPid:\t${pid}\n`)))
    .map((name) => read(name, 'cmdline').replaceAll('\0', ' '));
}

describe('the passwords of two cameras', needing('camera'), () => {
  it('are in no command line, no log and no output', async () => {
    const out = folder();
    const secrets = ['s3cret+of/the#first', 's3cret of the second'];
    const cameras = await Promise.all(
      secrets.map((password, i) => TestCamera.make({ user: 'me', password, digest: i > 0 })),
    );
    for (const camera of cameras) await camera.start();
    const run = start([
      ...['stream', ...cameras.map((camera) => camera.url()), '--out', out, '--port', '0', '--record', ...FAST],
    ]);
    await run.said('"camera":"127.0.0.1","width"');
    await run.said('"camera":"127.0.0.1-2","width"');
    const lines = commandLines(run.pid);
    expect(lines.filter((line) => /ffmpeg.*rtsp:\/\/127\.0\.0\.1/.test(line)).length).toBeGreaterThanOrEqual(2);
    const hidden = secrets.flatMap((secret) => [secret, encodeURIComponent(secret), 's3cret']);
    for (const secret of hidden) expect(lines.filter((line) => line.includes(secret))).toEqual([]);
    process.kill(run.pid, 'SIGTERM');
    const { status, stderr } = await run.ended;
    expect(status).toBe(0);
    expect(stderr).not.toContain('s3cret');
    for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
      expect(name).not.toContain('s3cret');
      if (/\.(json|jsonl)$/.test(name)) expect(readFileSync(join(out, name), 'utf8')).not.toContain('s3cret');
    }
  });

  it('that are wrong are told as such, and so is a port that is closed', async () => {
    const camera = await TestCamera.make({ user: 'me', password: 'right' });
    await camera.start();
    const wrong = watch(camera.url({ user: 'me', password: 'wrong' }));
    const closed = watch(`rtsp://me:right@127.0.0.1:${await freePort()}/stream`);
    const nowhere = watch(camera.url(undefined, 'nowhere'));
    const unknown = watch('rtsp://me:right@nowhere.invalid/stream');
    await until('all are told', () => [wrong, closed, nowhere, unknown].every(({ faults }) => faults.length > 0));
    expect([wrong, closed, nowhere, unknown].map(({ faults }) => faults[0])).toEqual([
      'user name or password is wrong (401)',
      'the connection is refused',
      'there is no such stream at this address (404)',
      'the host name is not known',
    ]);
  });
});

describe('the key of an RTMP stream and the passphrase of SRT', () => {
  it('are in no command line, no log and no output', async () => {
    const [rtmp, srt, out] = [await freePort(), await freePort(), folder()];
    const urls = [
      `rtmp://127.0.0.1:${rtmp}/live/s3cret-key?token=s3cret's`,
      `srt://127.0.0.1:${srt}?mode=caller&passphrase=s3cret-of-the-stream`,
    ];
    const run = start(['stream', ...urls, '--out', out, '--port', '0', ...FAST]);
    const told = run.said('offline; it is tried again');
    const sent = ['-f', 'mpegts', urls[1].replace('caller', 'listener')];
    const senders = [['-listen', '1', '-f', 'flv', urls[0]], sent].map((output) => {
      const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '7'];
      const input = ['-re', '-stream_loop', '-1', '-i', SAMPLE, '-vf', 'scale=192:144', '-an'];
      return () =>
        spawn(ffmpeg.path, ['-nostdin', '-v', 'quiet', ...input, ...encoder, ...output], { stdio: 'ignore' });
    });
    await told;
    // each serves one receiver, and begins again when that leaves
    let over = false;
    const children = senders.map((send) => {
      let child = send();
      const again = () => {
        if (over) return;
        child = send();
        child.once('exit', again);
      };
      child.once('exit', again);
      return () => child.kill('SIGKILL');
    });
    later(() => {
      over = true;
      for (const kill of children) kill();
    });
    await run.said('"camera":"127.0.0.1","width"');
    await run.said('"camera":"127.0.0.1-2","width"');
    const lines = commandLines(run.pid);
    expect(lines.filter((line) => /ffmpeg.*-f concat .*-i pipe:0/.test(line)).length).toBeGreaterThanOrEqual(2);
    expect(lines.filter((line) => line.includes('s3cret'))).toEqual([]);
    process.kill(run.pid, 'SIGTERM');
    expect((await run.ended).stderr).not.toContain('s3cret');
    for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' }))
      if (/\.(json|jsonl)$/.test(name)) expect(readFileSync(join(out, name), 'utf8')).not.toContain('s3cret');
  });
});

describe('a camera that asks for a login over HTTP', () => {
  it.each(['Basic', 'Digest'])('gets one by %s authentication, for the stream and what it refers to', async (kind) => {
    const path = folder();
    const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', '7', '-t', '4'];
    runFfmpeg('-i', SAMPLE, '-vf', 'scale=192:144', ...encoder, '-f', 'hls', '-hls_time', '1', join(path, 'live.m3u8'));
    const challenge = kind === 'Basic' ? 'Basic realm="camera"' : 'Digest realm="camera", nonce="abc", qop="auth"';
    const asked: string[] = [];
    const server = createServer(({ url = '', method = '', headers }, response) => {
      const { authorization = '' } = headers;
      const [, uri = ''] = /uri="([^"]*)"/.exec(authorization) ?? [];
      const [, cnonce = ''] = /cnonce="([^"]*)"/.exec(authorization) ?? [];
      const right =
        kind === 'Basic'
          ? authorization === answerTo([challenge], { user: 'me', password: 'p@ss' })?.(method, url)
          : uri === url && cnonce.length > 0;
      if (!right) return response.writeHead(401, { 'www-authenticate': challenge }).end();
      asked.push(url);
      const file = join(path, url.replace(/\?.*/, ''));
      if (existsSync(file)) response.end(readFileSync(file));
      else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    later(() => server.close());
    await until('listening', () => server.listening);
    const { port } = server.address() as AddressInfo;
    const seen = watch(`http://me:p%40ss@127.0.0.1:${port}/live.m3u8?channel=1`);
    await until('frames', () => seen.frames > 3);
    expect(asked).toContain('/live.m3u8?channel=1');
    expect(asked.some((url) => /^\/live\d+\.ts$/.test(url))).toBe(true);
  });
});

describe('the port to a camera', () => {
  it('takes one connection, and none when it is closed', async () => {
    const gate = await openGate(addressOf('rtsp://me:secret@127.0.0.1:9/stream?x=1'), await findFfmpeg());
    later(() => gate.close());
    expect(gate.args.at(-1)).toMatch(/^rtsp:\/\/127\.0\.0\.1:\d+\/camera$/);
    const { connect } = await import('node:net');
    const port = Number(new URL(gate.args.at(-1)!).port);
    const ended = new Promise((resolve) => connect(port, '127.0.0.1').on('error', resolve).on('close', resolve));
    await ended; // nothing listens at the camera's port
    expect(gate.complaint).toContain('ECONNREFUSED');
    const again = await new Promise((resolve) => {
      connect(port, '127.0.0.1')
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
        .on('connect', () => resolve('open'));
    });
    expect(again).toBe('ECONNREFUSED');
    const query = await openGate(addressOf('http://camera/video.mjpeg?token=secret'), await findFfmpeg());
    later(() => query.close());
    expect(query.args.at(-1)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/video\.mjpeg$/);
    const without = await openGate(addressOf('rtsp://127.0.0.1/stream'), await findFfmpeg());
    expect(without.args.at(-1)).toBe('rtsp://127.0.0.1/stream');
  });
});
