import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startServer } from '../../src/live/index.ts';
import { openServer } from '../../src/live/monitoring/server.ts';
import { FAST, start, twintrack } from '../commands/cli.ts';
import { endAll, folder, freePort, later, SAMPLE, standIn } from './rig.ts';
import { follow } from './scenarios.ts';

afterEach(endAll);

/** A certificate for this machine and its key. */
function certificate(): { cert: string; key: string } {
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(folder(), name));
  const about = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...about, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  return { cert, key };
}

/** What is answered to a request in plain text. */
function ask(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}

const live = () =>
  follow(
    { cameras: [{ name: 'yard', url: SAMPLE }], detector: standIn(), realtime: true },
    { appearance: { mode: 'off' } },
  );

describe('the server of the live page', () => {
  it('is there by https with a certificate', async () => {
    const { cert, key } = certificate();
    const server = await startServer(await live(), { host: '127.0.0.1', port: 0, tls: { cert, key } });
    later(() => server.close());
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/$/);
    const agent = new Agent({ ca: readFileSync(cert) });
    const status = await new Promise((resolve, reject) => {
      get(`${server.url}healthz`, { agent }, ({ statusCode }) => resolve(statusCode)).on('error', reject);
    });
    expect(status).toBe(200);
    const other = certificate();
    const wrong = openServer({ host: '127.0.0.1', port: 0, tls: { cert, key: other.key } });
    await expect(wrong).rejects.toThrow(/cert\.pem: is no certificate in PEM, or .*key\.pem is not its key/);
    const missing = openServer({ host: '127.0.0.1', port: 0, tls: { cert: 'nowhere.pem', key } });
    await expect(missing).rejects.toThrow('nowhere.pem: does not exist');
    const half = await twintrack(['stream', SAMPLE, '--realtime', '--out', folder(), '--tls-cert', cert]);
    expect([half.status, half.stderr]).toEqual([2, 'twintrack: --tls-cert and --tls-key: both are needed, or none\n']);
  });

  it('sends its headers with every answer, also while there are no cameras yet, and speaks HTTP/1.0', async () => {
    const server = await openServer({ host: '127.0.0.1', port: 0 });
    later(() => server.close());
    const port = Number(new URL(server.url).port);
    const healthz = () => ask(port, 'GET /healthz HTTP/1.0\r\n\r\n');
    const starting = await healthz();
    expect(starting).toMatch(/^HTTP\/1\.[01] 503 /);
    server.show(await live());
    const there = await healthz();
    expect(there).toMatch(/^HTTP\/1\.[01] 200 /);
    const refused = await ask(port, 'GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    expect(refused).toMatch(/^HTTP\/1\.1 403 /);
    for (const answer of [starting, there, refused]) {
      expect(answer).toMatch(/\r\ncontent-security-policy: default-src 'none'/i);
      expect(answer).toMatch(/\r\nx-frame-options: DENY/i);
      expect(answer).toMatch(/\r\ncache-control: no-store/i);
    }
  });
});

describe('stream --host', () => {
  it('makes a token, for its owner only, and keeps it', async () => {
    const out = folder();
    const tokens: string[] = [];
    for (let i = 0; i < 2; i++) {
      const port = await freePort();
      const run = start([
        'stream',
        SAMPLE,
        '--realtime',
        '--host',
        '0.0.0.0',
        '--port',
        `${port}`,
        '--out',
        out,
        ...FAST,
      ]);
      await run.said('"msg":"live page"');
      tokens.push(readFileSync(join(out, 'token'), 'utf8').trim());
      const code = async (token: string) =>
        (await fetch(`http://127.0.0.1:${port}/api/status`, { headers: { authorization: `Bearer ${token}` } })).status;
      expect([await code(tokens[i]), await code('guess')]).toEqual([200, 401]);
      process.kill(run.pid, 'SIGTERM');
      expect((await run.ended).stderr).not.toContain(tokens[i]);
    }
    const admin = readFileSync(join(out, 'admin-token'), 'utf8').trim();
    expect(admin).toMatch(/^[0-9a-f]{32}$/);
    expect(admin).not.toBe(tokens[0]);
    expect(tokens[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(tokens[1]).toBe(tokens[0]);
    expect(statSync(join(out, 'token')).mode & 0o777).toBe(0o600);
  });
});

describe('the admin', () => {
  const SECRETS = { viewer: 'a-viewer-of-cameras', admin: 'the-admin-of-cameras' };

  it('reloads the configuration by a token of their own, which no viewer and no page of another site has', async () => {
    const [port, config] = [await freePort(), join(folder(), 'cameras.yaml')];
    const write = (...names: string[]) =>
      writeFileSync(config, `cameras:\n${names.map((name) => `  - { name: ${name}, url: ${SAMPLE} }\n`).join('')}`);
    write('yard');
    const tokens = ['--token', SECRETS.viewer, '--admin-token', SECRETS.admin];
    const run = start([
      ...['stream', '--config', config, '--realtime', '--port', `${port}`, '--out', folder(), ...tokens, ...FAST],
    ]);
    await run.said('"msg":"live page"');
    const url = `http://127.0.0.1:${port}/api/`;
    const ask = async (path: string, method: string, headers: Record<string, string>) => {
      const answer = await fetch(`${url}${path}`, { method, headers });
      return [answer.status, await answer.text()] as const;
    };
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const basic = { authorization: `Basic ${Buffer.from(`me:${SECRETS.admin}`).toString('base64')}` };
    const need = 'the admin token is needed, as a Bearer token';
    expect(await ask('reload', 'POST', {})).toEqual([401, 'the token is needed, as password with any user name']);
    expect(await ask('reload', 'POST', bearer(SECRETS.viewer))).toEqual([403, need]);
    expect(await ask('reload', 'POST', basic)).toEqual([403, need]); // a browser sends it by itself
    for (const origin of ['http://evil.example', 'null', `http://127.0.0.1:${port + 1}`]) {
      const answer = await ask('reload', 'POST', { ...bearer(SECRETS.admin), origin });
      expect(answer, origin).toEqual([403, 'pages of other sites may change nothing']);
    }
    expect((await ask('reload', 'GET', bearer(SECRETS.admin)))[0]).toBe(404);
    expect((await ask('status', 'GET', bearer(SECRETS.admin)))[0]).toBe(200);
    expect((await ask('status', 'GET', bearer(SECRETS.viewer)))[0]).toBe(200);

    write('yard', 'door', 'door');
    const [status, text] = await ask('reload', 'POST', {
      ...bearer(SECRETS.admin),
      origin: `http://127.0.0.1:${port}`,
    });
    expect([status, JSON.parse(text)]).toEqual([
      200,
      {
        ...{ cameras: ['yard', 'door'], added: ['door'], removed: [] },
        skipped: [{ name: 'door', reason: 'camera "door": this name stands twice' }],
      },
    ]);
    writeFileSync(config, 'tracking: { lostSeconds: long }');
    const [refused, why] = await ask('reload', 'POST', bearer(SECRETS.admin));
    expect([refused, JSON.parse(why).error]).toEqual([422, expect.stringContaining('tracking.lostSeconds')]);
    const seen = readFileSync(`/proc/${run.pid}/cmdline`, 'latin1');
    process.kill(run.pid, 'SIGTERM');
    for (const text of [seen, (await run.ended).stderr])
      for (const token of Object.values(SECRETS)) expect(text).not.toContain(token);
  });

  it('is not there without a token, needs a long one, and one of their own', async () => {
    const cameras = await live();
    const reload = async () => ({ cameras: [], added: [], removed: [], skipped: [] });
    const open = { host: '127.0.0.1', port: 0 };
    const token = SECRETS.viewer;
    await expect(openServer({ ...open, token, admin: { token, reload } })).rejects.toThrow(
      '--admin-token: is that of the viewers; choose another one',
    );
    await expect(openServer({ ...open, admin: { token: 'guess me', reload } })).rejects.toThrow(
      '--admin-token: has 8 characters; 16 or more cannot be guessed',
    );
    const codes = [];
    for (const admin of [undefined, { token: SECRETS.admin, reload }]) {
      const server = await startServer(cameras, { ...open, admin });
      later(() => server.close());
      for (const token of [undefined, 'wrong', SECRETS.admin]) {
        const headers = token ? { authorization: `Bearer ${token}` } : undefined;
        codes.push((await fetch(`${server.url}api/reload`, { method: 'POST', ...(headers && { headers }) })).status);
      }
    }
    expect(codes).toEqual([403, 403, 403, 401, 401, 200]);
  });
});

describe('passwords', () => {
  it('of cameras and the page are not in the list of processes', async () => {
    const port = await freePort();
    const secrets = ['s3cret-of-the-camera', 's3cret-of-the-page'];
    const url = `rtsp://me:${secrets[0]}@127.0.0.1:${port}/`;
    const run = start(['stream', url, '--out', folder(), '--port', '0', '--token', secrets[1], ...FAST]);
    await run.said('offline; it is tried again');
    const seen = readFileSync(`/proc/${run.pid}/cmdline`, 'latin1');
    expect(seen).toContain('rtsp://***@127.0.0.1');
    for (const secret of secrets) expect(seen).not.toContain(secret);
    process.kill(run.pid, 'SIGTERM');
    await run.ended;
  });
});
