import { readFileSync } from 'node:fs';
import { createServer as createWebServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { runFfmpeg } from '../video/clips.ts';
import { endAll, folder, later, needing, standIn, TestCamera, until, watch } from './rig.ts';
import { follow } from './scenarios.ts';

afterEach(endAll);

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  later(() => server.close());
  await until('listening', () => server.listening);
  return (server.address() as AddressInfo).port;
}

/** An RTSP camera that announces a codec and sends packets of nothing. */
async function rtspOf(codec: string): Promise<string> {
  const sdp = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 ${codec}/90000\r\na=control:1\r\n`;
  const answers: Readonly<Record<string, string>> = {
    OPTIONS: 'Public: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n',
    DESCRIBE: `Content-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`,
    SETUP: 'Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n',
  };
  const server = createServer((socket) => {
    let sent = 0;
    const send = () => {
      const packet = Buffer.alloc(60);
      packet.writeUInt16BE(0x2400); // interleaved, channel 0
      packet.writeUInt16BE(56, 2);
      packet.writeUInt16BE(0x80e0, 4);
      packet.writeUInt16BE(sent, 6);
      packet.writeUInt32BE(9000 * sent++, 8);
      socket.write(packet);
    };
    let timer: NodeJS.Timeout | undefined;
    socket.on('error', () => {});
    socket.on('close', () => clearInterval(timer));
    socket.on('data', (data) => {
      for (const request of String(data).split('\r\n\r\n').filter(Boolean)) {
        const [method] = request.split(' ');
        const [number] = /CSeq: \d+/.exec(request) ?? [];
        socket.write(`RTSP/1.0 200 OK\r\n${number}\r\n${answers[method] ?? 'Session: 1\r\n\r\n'}`);
        if (method === 'PLAY') timer ??= setInterval(send, 100);
      }
    });
  });
  return `rtsp://127.0.0.1:${await portOf(server)}/stream`;
}

/** An MPEG-TS over HTTP whose H.264 pictures are announced as another type of stream. */
async function mpegTsOf(type: number): Promise<string> {
  const path = join(folder(), 'a.ts');
  runFfmpeg('-f', 'lavfi', '-i', 'testsrc2=s=96x64:r=10:d=3', '-c:v', 'libx264', '-f', 'mpegts', path);
  const bytes = readFileSync(path);
  for (let at = 0; at < bytes.length; at += 188) {
    const table = bytes.subarray(at + 5, at + 188);
    const begins = (bytes[at + 1] & 0x40) !== 0;
    if (!begins || table[0] !== 2) continue; // it is no program map table
    const length = 3 + (table.readUInt16BE(1) & 0xfff);
    const stream = 12 + (table.readUInt16BE(10) & 0xfff);
    if (table[stream] !== 0x1b) continue;
    table[stream] = type;
    table.writeUInt32BE(crc32(table.subarray(0, length - 4)), length - 4);
  }
  const server = createWebServer((_, response) => response.end(bytes));
  return `http://127.0.0.1:${await portOf(server)}/stream.ts`;
}

/** That of MPEG: the bits are not reflected, and nothing is inverted in the end. */
function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  }
  return sum >>> 0;
}

describe('a camera', needing('camera'), () => {
  it('that sends RTP/JPEG is followed, over TCP and UDP', async () => {
    const cameras = [await TestCamera.make({ codec: 'jpeg' }), await TestCamera.make({ codec: 'jpeg', udp: true })];
    await Promise.all(cameras.map((camera) => camera.start()));
    const followed = cameras.map((camera) => watch(camera.url()));
    await until('frames', () => followed.every(({ frames }) => frames > 14), 60);
    for (const { format, faults } of followed) {
      expect(format).toMatchObject({ codec: 'mjpeg', width: 768, height: 576, fullRange: true });
      expect(faults).toEqual([]);
    }
  });

  it('whose codec is unsupported, or that sends sound only, is told as such, once', async () => {
    const sound = await TestCamera.make({ sound: true });
    await sound.start();
    const cameras = [
      { name: 'avs2', url: await mpegTsOf(0xd2) },
      { name: 'h266', url: await rtspOf('H266') },
      { name: 'sound', url: sound.url() },
    ];
    const said: unknown[] = [];
    const log = { info() {}, error() {}, warn: (fields: object) => void said.push(fields) };
    const live = await follow({ cameras, detector: standIn(), log }, { live: { retryMaxSeconds: 1 } });
    const tried = () => live.status.cameras.every(({ fault }) => fault !== undefined);
    await until('all are tried', tried, 60);
    await sleep(4000); // further attempts
    const advice = 'set the camera to H.264 or H.265';
    const faults = [
      { kind: 'configuration', reason: `unsupported codec: this ffmpeg does not decode avs2; ${advice}` },
      { kind: 'configuration', reason: `unsupported codec: this ffmpeg does not know it; ${advice}` },
      { kind: 'configuration', reason: 'it sends no video, or none that ffmpeg knows' },
    ];
    expect(live.status.cameras.map(({ fault }) => fault)).toMatchObject(faults);
    expect(said).toHaveLength(3);
    expect(said).toEqual(expect.arrayContaining(faults.map((fault, i) => ({ camera: cameras[i].name, ...fault }))));
  });
});
