import { describe, expect, it } from 'vitest';
import { printable, redact } from '../../src/core/errors.ts';

describe('redact', () => {
  it.each([
    ['rtsp://user:secret@10.0.0.1/a', 'rtsp://***@10.0.0.1/a'],
    ['rtsp://user:s@cret@host:554/a', 'rtsp://***@host:554/a'],
    ['rtsp://user:se/cr?e#t@host/a', 'rtsp://***@host/a'],
    ['rtsp://user@host/a', 'rtsp://***@host/a'],
    ['http://host/mjpg?user=u&password=secret&fps=5', 'http://host/mjpg?user=***'],
    ['http://host:81/mjpg/cam?user=u&pw=secret', 'http://host:81/mjpg/cam?user=***'],
    ['rtsp://host:554/user=admin_password=secret_channel=1_stream=0.sdp', 'rtsp://host:554/user=***'],
    ['rtsp://host/user=admin&password=secret&channel=1', 'rtsp://host/user=***'],
    ['http://host:81/mjpg?fps=5&pw=sec@ret', 'http://host:81/mjpg?fps=5&pw=***'],
    ['rtsp://me@lan:se/cret@[::1]:554/a?channel=2&token=secret', 'rtsp://***@[::1]:554/a?channel=2&token=***'],
    ['rtmp://me:secret@host:1935/live/secret?a=1', 'rtmp://***@host:1935/live/***'],
    ['srt://host:9000?mode=caller&passphrase=secret&latency=1', 'srt://host:9000?mode=caller&passphrase=***'],
    ['srt://host:9000?streamid=secret', 'srt://host:9000?streamid=***'],
    ['"rtsp://u:secret@a/x", then mqtt://v:secret@b', '"rtsp://***@a/x", then mqtt://***@b'],
  ])('hides the secrets of %s', (text, shown) => {
    expect(redact(text)).toBe(shown);
  });

  it.each([
    'rtsp://host:554/stream1?channel=2',
    'udp://@239.1.1.1:5000',
    'rtmp://host/live',
    'data/user=5/clip.mp4: is empty',
    'mail me@home: now',
  ])('leaves %s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe('printable', () => {
  const SECRET = 'secret @secret/secret?secret#secret&secret:secret"secret%20secret\'secret';
  it.each([
    [`rtsp://user:${SECRET}@host:554/a`, 'rtsp://***@host:554/a'],
    [`rtsp://host:554/live/user=admin_password=${SECRET}_channel=1`, 'rtsp://host:554/live/user=***'],
    [`http://host:81/mjpg?fps=5&token=${SECRET}`, 'http://host:81/mjpg?fps=5&token=***'],
    [`srt://host:9000?passphrase=${SECRET}`, 'srt://host:9000?passphrase=***'],
    [`rtmp://host/live/${SECRET}`, 'rtmp://host/live/***'],
    [`rtsp://user:${SECRET}@host/a?token=${encodeURIComponent(SECRET)}`, 'rtsp://***@host/a?token=***'],
  ])('hides the secrets of a whole address, whatever is in them: %s', (address, shown) => {
    expect(printable(address)).toBe(shown);
  });
});
