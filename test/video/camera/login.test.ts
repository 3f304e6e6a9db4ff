import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerTo } from '../../../src/video/camera/login.ts';
import { RtspParser } from '../../../src/video/camera/rtsp-parser.ts';

const login = { user: 'Mufasa', password: 'Circle Of Life' };
const fieldsOf = (header = '') =>
  Object.fromEntries(Array.from(header.matchAll(/(\w+)="?([^",]*)"?/g), ([, name, value]) => [name, value]));

describe('answerTo', () => {
  it('gives the response of RFC 2617 where there is no quality of protection', () => {
    const nonce = 'dcd98b7102dd2f0e8b11d0f600bfb0c093';
    const header = answerTo([`Digest realm="testrealm@host.com", nonce="${nonce}", opaque="5ccc"`], login)?.(
      'GET',
      '/dir/index.html',
    );
    // H(H(A1):nonce:H(A2)), with H(A1) and H(A2) as that document has them
    const expected = createHash('md5')
      .update(`939e7578ed9e3c518a452acee763bce9:${nonce}:39aff3a2bab6126f332b942af96d3366`)
      .digest('hex');
    expect(fieldsOf(header)).toMatchObject({ username: 'Mufasa', response: expected, opaque: '5ccc' });
  });

  it('gives the response of RFC 7616 by SHA-256, and counts', () => {
    const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';
    const challenges = [
      `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="${nonce}"`,
      'Basic realm="x"',
    ];
    const answer = answerTo(challenges, login)!;
    const fields = ['GET', 'GET'].map((method) => fieldsOf(answer(method, '/dir/index.html')));
    expect(fields.map(({ nc }) => nc)).toEqual(['00000001', '00000002']);
    const h = (text: string) => createHash('sha256').update(text).digest('hex');
    const secret = h('Mufasa:http-auth@example.org:Circle Of Life');
    for (const { nc, cnonce, response } of fields)
      expect(response).toBe(h(`${secret}:${nonce}:${nc}:${cnonce}:auth:${h('GET:/dir/index.html')}`));
  });

  it('takes Basic where nothing better is offered, and nothing that it does not know', () => {
    expect(answerTo(['Basic realm="camera"'], { user: 'me', password: 'pä:ss' })?.('DESCRIBE', 'rtsp://x/')).toBe(
      `Basic ${Buffer.from('me:pä:ss').toString('base64')}`,
    );
    expect(answerTo(['Negotiate', 'Digest realm="a", nonce="b", algorithm=token'], login)).toBeUndefined();
    expect(answerTo([], login)).toBeUndefined();
  });
});

describe('RtspParser', () => {
  it('finds messages, bodies and media data, wherever the bytes are cut', () => {
    const response = 'RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 5\r\n\r\nv=0\r\n';
    const media = Buffer.from([0x24, 0, 0, 6, 13, 10, 13, 10, 0x24, 1]);
    const request = 'OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n';
    const all = Buffer.concat([Buffer.from(response), media, media, Buffer.from(request), media]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 }), (sizes) => {
        const messages: string[] = [];
        const data: Buffer[] = [];
        const parser = new RtspParser({
          data: (chunk) => data.push(Buffer.from(chunk)),
          message: (lines, body) => messages.push(String(RtspParser.write(lines, body))),
        });
        for (let at = 0, i = 0; at < all.length; at += sizes[i++ % sizes.length])
          parser.push(all.subarray(at, at + sizes[i % sizes.length]));
        expect(messages).toEqual([response, request]);
        expect(Buffer.concat(data)).toEqual(Buffer.concat([media, media, media]));
      }),
      { numRuns: 300 },
    );
  });
});
