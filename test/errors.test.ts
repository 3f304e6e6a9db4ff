import { describe, expect, it } from 'vitest';
import { redact } from '../src/errors.ts';

describe('redact', () => {
  it.each([
    ['rtsp://user:secret@10.0.0.1/a', 'rtsp://***@10.0.0.1/a'],
    ['rtsp://user:s@cret@host:554/a', 'rtsp://***@host:554/a'],
    ['rtsp://user:se/cr?e#t@host/a', 'rtsp://***@host/a'],
    ['rtsp://user@host/a', 'rtsp://***@host/a'],
    ['http://host/mjpg?user=u&password=secret&fps=5', 'http://host/mjpg?user=***&password=***&fps=5'],
    ['http://host:81/mjpg/cam?user=u&pw=secret', 'http://host:81/mjpg/cam?user=***&pw=***'],
    ['rtsp://host:554/user=admin_password=secret_channel=1_stream=0.sdp', 'rtsp://host:554/user=***'],
    ['rtsp://host/user=admin&password=secret&channel=1', 'rtsp://host/user=***&password=***&channel=1'],
    ['"rtsp://u:secret@a/x", then mqtt://v:secret@b', '"rtsp://***@a/x", then mqtt://***@b'],
  ])('hides the secrets of %s', (text, shown) => {
    expect(redact(text)).toBe(shown);
  });

  it.each(['rtsp://host:554/stream1?channel=2', 'data/user=5/clip.mp4: is empty', 'mail me@home: now'])(
    'leaves %s',
    (text) => {
      expect(redact(text)).toBe(text);
    },
  );
});
