import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/live/configuration.ts';
import { encoded, parseXml } from '../../src/live/discovery/xml.ts';
import { OnvifDevice } from '../live/onvif-device.ts';
import { endAll, folder, later } from '../live/rig.ts';
import { failure, twintrack } from './cli.ts';

afterEach(endAll);

const PASSWORD = 's3cret-of-the-cameras';

/** Runs it at the loopback, where the devices of the test are. */
function cameras(args: readonly string[] = [], password?: string) {
  const env = { ...process.env, TWINTRACK_CAMERA_PASSWORD: password };
  return twintrack(['cameras', '--interface', '127.0.0.1', '--seconds', '1.5', ...args], { env });
}

describe('twintrack cameras', () => {
  it('prints a table of the cameras that answer', async () => {
    await OnvifDevice.start({ name: 'Back door', model: 'AXIS P1455' });
    await OnvifDevice.start({ name: 'Yard', model: 'Q6', wants: 'token', password: PASSWORD });
    const { status, stdout, stderr } = await cameras();
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.trim().split('\n').sort()).toEqual(['Back-door  127.0.0.1  AXIS P1455', 'Yard       127.0.0.1  Q6']);
  });

  it.each([
    ['a device that gives its stream to all', {}],
    ['WS-Security, with a clock that is an hour ahead', { wants: 'token', ahead: 3600 }],
    ['HTTP Digest', { wants: 'Digest' }],
    ['the first media service only', { wants: 'token', old: true }],
    ['a device that names another host as its own', { wants: 'token', host: '192.0.2.77' }],
  ] as const)('--yaml prints a config file without the login: %s', async (_, options) => {
    const device = await OnvifDevice.start({ ...options, password: PASSWORD });
    const { status, stdout, stderr } = await cameras(['--yaml', '--user', 'admin'], PASSWORD);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      'cameras:\n  # AXIS P1455, 127.0.0.1\n  - name: Entrance\n    url: rtsp://user:password@127.0.0.1:554/stream1?a=1&b=2\n',
    );
    const config = join(folder(), 'cameras.yaml');
    writeFileSync(config, stdout);
    const { cameras: listed, skipped } = await loadConfiguration([], config);
    expect([listed, skipped]).toEqual([
      [{ name: 'Entrance', url: 'rtsp://user:password@127.0.0.1:554/stream1?a=1&b=2' }],
      [],
    ]);
    expect(JSON.stringify(device.requests)).not.toContain(PASSWORD);
  });

  it('names the cameras that do not give their stream as comments', async () => {
    await OnvifDevice.start({ wants: 'token', password: PASSWORD });
    const reason = async (...args: Parameters<typeof cameras>) => (await cameras(...args)).stdout;
    expect(await reason(['--yaml'])).toBe('# Entrance, 127.0.0.1: it wants a user name and a password\n');
    expect(await reason(['--yaml', '--user', 'admin'], 'wrong')).toBe(
      '# Entrance, 127.0.0.1: user name or password is wrong\n',
    );
  });

  it('--json has the same, and hides a login that a camera puts into its address', async () => {
    await OnvifDevice.start({ stream: `rtsp://me:${PASSWORD}@10.0.0.9/user=me_password=${PASSWORD}_channel=1` });
    const { stdout } = await cameras(['--json']);
    expect(JSON.parse(stdout)).toEqual([
      {
        name: 'Entrance',
        address: '127.0.0.1',
        model: 'AXIS P1455',
        url: 'rtsp://user:password@10.0.0.9/user=***',
      },
    ]);
  });

  it('gives cameras of one name each a name of its own', async () => {
    await Promise.all([OnvifDevice.start(), OnvifDevice.start({ name: 'entrance' })]);
    const names = (JSON.parse((await cameras(['--json'])).stdout) as { name: string }[]).map(({ name }) => name);
    expect(new Set(names.map((name) => name.toLowerCase()))).toEqual(new Set(['entrance', 'entrance-2']));
  });

  it('never sends the password to who asks for it by Basic authentication', async () => {
    const device = await OnvifDevice.start({ wants: 'Basic', password: PASSWORD });
    const { stdout } = await cameras(['--yaml', '--user', 'admin'], PASSWORD);
    expect(stdout).toBe('# Entrance, 127.0.0.1: user name or password is wrong\n');
    const sent = JSON.stringify(device.requests);
    expect(sent).not.toContain(PASSWORD);
    expect(sent).not.toContain(Buffer.from(`admin:${PASSWORD}`).toString('base64'));
  });

  it('survives devices that answer with anything else', async () => {
    await OnvifDevice.start({ name: 'good' });
    await OnvifDevice.start({ name: 'empty', answer: (response) => response.end() });
    await OnvifDevice.start({ name: 'broken', answer: (response) => response.destroy() });
    await OnvifDevice.start({ name: 'torn', answer: (response) => response.end('<a><b token="x"><![CDATA[') });
    await OnvifDevice.start({ name: 'endless', answer: (response) => response.end('<a>'.repeat(1e6)) });
    const noise = createSocket({ type: 'udp4', reuseAddr: true });
    noise.bind(3702);
    await once(noise, 'listening');
    later(() => noise.close());
    noise.addMembership('239.255.255.250', '127.0.0.1');
    noise.on('message', (_, { port }) => {
      for (const text of [
        '',
        'hello',
        '<ProbeMatch/>',
        '<ProbeMatch><XAddrs>ftp://x y</XAddrs></ProbeMatch>',
        '</a></b>',
      ])
        noise.send(text, port, '127.0.0.1');
    });
    const { status, stdout, stderr } = await cameras(['--json']);
    expect([status, stderr]).toEqual([0, '']);
    const found = JSON.parse(stdout) as { name: string; url?: string; fault?: string }[];
    expect(found.map(({ name, url, fault }) => [name, url !== undefined || fault]).sort()).toEqual([
      ['broken', 'cannot be asked: socket hang up'],
      ['empty', 'cannot say where its stream is: it has no media service'],
      ['endless', 'cannot be asked: its answer is too long'],
      ['good', true],
      ['torn', 'cannot say where its stream is: it has no media service'],
    ]);
  });

  it('says what may be wrong where no camera answers, and refuses wrong options', async () => {
    expect(await cameras()).toEqual(
      failure(
        'no camera answered within 1.5 s; it may be in another network, ONVIF may be turned off in it, or multicast (UDP port 3702) is blocked',
      ),
    );
    expect(await cameras(['--interface', 'none'])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(
        /^twintrack: --interface none: there is none of this name or address; known are .+\n$/,
      ),
    });
    expect(await cameras(['--user', 'admin'])).toEqual(
      failure('--user: its password is missing; set the environment variable TWINTRACK_CAMERA_PASSWORD', 2),
    );
    expect(await cameras(['--yaml', '--json'])).toEqual(failure('--yaml and --json: choose one', 2));
  });
});

describe('parseXml', () => {
  it('reads elements by their names, whatever their prefixes', () => {
    const xml =
      '<?xml version="1.0"?><!-- <x/> > --><a:p k="1"><q/>one &lt;&#65;&#x42;<b:q token=\'t\'><![CDATA[<two>]]></b:q></a:p>';
    const root = parseXml(xml);
    expect([root.textOf('p'), root.inside('q').map(({ text }) => text), root.inside('x')]).toEqual([
      'one <AB',
      ['', '<two>'],
      [],
    ]);
    expect(root.inside('q')[1].attributes).toBe(" token='t'");
  });

  it('gives back what was encoded, and takes any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, noise) => {
        expect(parseXml(`<a><b>${encoded(text)}</b></a>`).inside('b')[0].text).toBe(text);
        parseXml(noise);
        parseXml(`<a>${noise}`);
      }),
    );
  });
});
