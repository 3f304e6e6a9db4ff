import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { startServer } from '../../src/live/index.ts';
import { addressOf } from '../../src/video/camera/address.ts';
import { ffmpeg, runFfmpeg } from '../video/clips.ts';
import { endAll, folder, freePort, later, needing, SAMPLE, standIn, TestCamera, until, watch } from './rig.ts';
import { follow } from './scenarios.ts';

afterEach(endAll);

interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Certificates as cameras have them, in files. */
function certificates() {
  const path = folder();
  const file = (name: string) => join(path, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const make = (name: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', file(`${name}.key`)];
  const own = ['-subj', '/CN=camera', '-addext', 'subjectAltName=IP:127.0.0.1'];
  openssl('req', '-x509', ...make('ca'), '-subj', '/CN=authority', '-out', file('ca.pem'));
  openssl('req', '-x509', ...make('self'), ...own, '-out', file('self.pem'));
  const sign = (name: string, alternative: string, days: string) => {
    const about = ['-subj', '/CN=camera', '-addext', `subjectAltName=${alternative}`];
    openssl('req', '-new', ...make(name), ...about, '-out', file(`${name}.csr`));
    const by = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-copy_extensions', 'copy'];
    openssl('x509', '-req', '-in', file(`${name}.csr`), ...by, '-days', days, '-out', file(`${name}.pem`));
  };
  sign('good', 'IP:127.0.0.1', '30');
  sign('expired', 'IP:127.0.0.1', '-1');
  sign('other', 'DNS:elsewhere.example', '30');
  const named = (name: string): Certificate => ({ cert: file(`${name}.pem`), key: file(`${name}.key`) });
  return {
    ca: file('ca.pem'),
    ...{ self: named('self'), good: named('good'), expired: named('expired'), other: named('other') },
  };
}

const read = ({ cert, key }: Certificate) => ({ cert: readFileSync(cert), key: readFileSync(key) });

/** Serves HLS by https, at a path that leads to the playlist, which names its segments by whole addresses at another port. */
async function webCamera(certificate: Certificate): Promise<string> {
  const path = folder();
  const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', '7', '-t', '3'];
  runFfmpeg('-i', SAMPLE, '-vf', 'scale=192:144', ...encoder, '-f', 'hls', '-hls_time', '1', join(path, 'live.m3u8'));
  const segments = await serve(certificate, (url) => join(path, url));
  const playlist = readFileSync(join(path, 'live.m3u8'), 'utf8').replace(/^live/gm, `${segments}live`);
  writeFileSync(join(path, 'there.m3u8'), playlist);
  const url = await serve(certificate, (url) => (url === '/stream' ? undefined : join(path, url)));
  return `${url}stream`;
}

/** A server of files by https; where there is no path, it leads to the playlist. */
async function serve(certificate: Certificate, pathOf: (url: string) => string | undefined): Promise<string> {
  const server = createServer(read(certificate), ({ url = '' }, response) => {
    const path = pathOf(url);
    if (path === undefined) return response.writeHead(302, { location: '/there.m3u8' }).end();
    if (existsSync(path)) response.end(readFileSync(path));
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  later(() => server.close());
  await until('listening', () => server.listening);
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Puts TLS before a camera; returns the port. */
async function tlsBefore(port: number, certificate: Certificate): Promise<number> {
  const server = createTlsServer(read(certificate), (socket) => {
    const camera = connect(port, '127.0.0.1');
    socket.pipe(camera).pipe(socket);
    for (const side of [socket, camera]) {
      side.on('error', () => {});
      side.on('close', () => {
        socket.destroy();
        camera.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  later(() => server.close());
  await until('listening', () => server.listening);
  return (server.address() as AddressInfo).port;
}

const WRONG = [
  'certificate: self-signed; see tlsCa and tlsVerify',
  'certificate: of an unknown authority; see tlsCa and tlsVerify',
  'certificate: expired; see tlsCa and tlsVerify',
  'certificate: of another name; see tlsCa and tlsVerify',
];

describe('the certificate of a camera', () => {
  it('is checked over https, for what the camera leads to as well, unless that is turned off', async () => {
    const { ca, ...all } = certificates();
    const urls = { self: await webCamera(all.self), good: await webCamera(all.good) };
    const wrong = [
      watch(urls.self),
      watch(urls.good),
      watch(await webCamera(all.expired), { tlsCa: ca }),
      watch(await webCamera(all.other), { tlsCa: ca }),
    ];
    const right = [
      watch(urls.good, { tlsCa: ca }),
      watch(urls.self, { tlsCa: all.self.cert }),
      watch(urls.self, { tlsVerify: false }),
    ];
    await until('frames', () => right.every(({ frames }) => frames > 3), 60);
    await until('all are told', () => wrong.every(({ faults }) => faults.length > 0));
    expect(wrong.map(({ faults }) => faults[0])).toEqual(WRONG);
    expect(wrong.map(({ frames }) => frames)).toEqual([0, 0, 0, 0]);
  });

  it('of another server that the camera leads to is checked too', async () => {
    const { ca, ...all } = certificates();
    const [self, port] = [await webCamera(all.self), await freePort()];
    const server = createServer(read(all.good), (_, response) => {
      response.writeHead(302, { location: self }).end();
    }).listen(port, '127.0.0.1');
    later(() => server.close());
    const seen = watch(`https://127.0.0.1:${port}/`, { tlsCa: ca });
    await until('it is told', () => seen.faults.length > 0);
    expect(seen.faults[0]).toBe(WRONG[0]);
  });

  it('is checked over RTMPS', async () => {
    const { ca, ...all } = certificates();
    const port = await freePort();
    const input = ['-re', '-stream_loop', '-1', '-i', SAMPLE, '-vf', 'scale=192:144', '-an'];
    const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '7'];
    const output = ['-listen', '1', '-f', 'flv', `rtmp://127.0.0.1:${port}/live/key`];
    let over = false;
    const send = () => {
      const child = spawn(ffmpeg.path, ['-nostdin', '-v', 'quiet', ...input, ...encoder, ...output], {
        stdio: 'ignore',
      });
      const again = () => over || send();
      child.once('exit', again);
      later(() => child.kill('SIGKILL'));
    };
    later(() => {
      over = true;
    });
    send();
    const urlOf = async (certificate: Certificate) =>
      `rtmps://127.0.0.1:${await tlsBefore(port, certificate)}/live/key`;
    const wrong = [watch(await urlOf(all.self)), watch(await urlOf(all.expired), { tlsCa: ca })];
    await until('all are told', () => wrong.every(({ faults }) => faults.length > 0));
    expect(wrong.map(({ faults }) => faults[0])).toEqual([WRONG[0], WRONG[2]]);
    const right = watch(await urlOf(all.good), { tlsCa: ca });
    await until('frames', () => right.frames > 3, 60);
    expect(right.format).toMatchObject({ container: 'flv', codec: 'h264', width: 192 });
  });

  it('is a file that can be read, or the camera is skipped', () => {
    const path = join(folder(), 'ca.pem');
    expect(() => addressOf('https://camera/', false, { tlsCa: path })).toThrow(`${path}: does not exist`);
    writeFileSync(path, '-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n');
    expect(() => addressOf('rtsps://camera/', false, { tlsCa: path })).toThrow(`${path}: is no certificate in PEM`);
  });
});

describe('the certificate of an RTSP camera', needing('camera'), () => {
  it('is checked, with and without a password, and the log, the page and the status say what is wrong, once', async () => {
    const { ca, ...all } = certificates();
    const camera = await TestCamera.make({ user: 'me', password: 's3cret' });
    const open = await TestCamera.make();
    await Promise.all([camera.start(), open.start()]);
    const urlOf = async (certificate: Certificate, login = 'me:s3cret@') =>
      `rtsps://${login}127.0.0.1:${await tlsBefore(login ? camera.port : open.port, certificate)}/stream`;
    const cameras = [
      { name: 'self', url: await urlOf(all.self) },
      { name: 'unknown', url: await urlOf(all.good) },
      { name: 'expired', url: await urlOf(all.expired), tlsCa: ca },
      { name: 'other', url: await urlOf(all.other), tlsCa: ca },
      { name: 'good', url: await urlOf(all.good), tlsCa: ca },
      { name: 'open', url: await urlOf(all.good, ''), tlsCa: ca },
      { name: 'unchecked', url: await urlOf(all.self), tlsVerify: false },
      { name: 'plain', url: open.url().replace('rtsp:', 'rtsps:') },
    ];
    const said: unknown[] = [];
    const log = { info() {}, error() {}, warn: (fields: object) => void said.push(fields) };
    const live = await follow({ cameras, detector: standIn(), log }, { live: { retryMaxSeconds: 1 } });
    const server = await startServer(live, { host: '127.0.0.1', port: 0 });
    later(() => server.close());
    type Status = { cameras: { name: string; state: string; fault?: { reason: string } }[] };
    const status = async () => ((await (await fetch(`${server.url}api/status`)).json()) as Status).cameras;
    const settled = async () => (await status()).every(({ state }) => state !== 'connecting');
    await until('all are tried', settled, 60);
    const reasons = [
      ...WRONG,
      undefined,
      undefined,
      undefined,
      'there is no TLS at this port, or none that can be agreed on',
    ];
    expect((await status()).map(({ fault }) => fault?.reason)).toEqual(reasons);
    await new Promise((resolve) => setTimeout(resolve, 4000)); // further attempts
    const told = reasons.flatMap((reason, i) =>
      reason ? [{ camera: cameras[i].name, kind: 'configuration', reason }] : [],
    );
    expect(said).toHaveLength(told.length);
    expect(said).toEqual(expect.arrayContaining(told));
    expect(JSON.stringify(said)).not.toContain('s3cret');
  });
});
