import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { TlsCheck } from './address.ts';
import { answerTo, type Login } from './login.ts';
import { RtspParser } from './rtsp-parser.ts';

/** How a connection is passed on to a camera. */
export interface Passage {
  /** Its address. */
  readonly camera: URL;
  /** Who logs in there; undefined where none is known. */
  readonly login: Login | undefined;
  readonly tls: TlsCheck;
  /** Takes why the camera cannot be reached. */
  readonly onError: (error: Error) => void;
}

/** The request that a response is awaited to. */
interface Pending {
  /** Its number as ffmpeg gave it. */
  readonly number: string;
  readonly method: string;
  readonly uri: string;
  /** Its further lines, without number and authorization, and its body. */
  readonly rest: readonly string[];
  readonly body: Buffer;
  /** Whether it was sent with an authorization. */
  readonly signed: boolean;
}

/**
 * Passes an RTSP connection on to a camera and logs in there, so that who asks need not know the password.
 *
 * @param local the connection of who asks
 * @param base what stands for the camera's address in the requests
 */
export function passRtsp(local: Socket, base: string, { camera: address, login, tls, onError }: Passage): void {
  const secure = address.protocol === 'rtsps:';
  const host = address.hostname.replace(/^\[|\]$/g, '');
  const port = Number(address.port) || (secure ? 322 : 554);
  const camera = secure
    ? connectSecurely({ host, port, rejectUnauthorized: tls.verify, ca: tls.ca })
    : connect({ host, port, noDelay: true });
  const real = `${address.protocol}//${address.host}${address.pathname}${address.search}`;
  const pending = new Map<string, Pending>();
  let numbers = 0;
  let sign: ((method: string, uri: string) => string) | undefined;

  const send = (request: Omit<Pending, 'signed'>) => {
    const { method, uri, rest, body } = request;
    const number = `${++numbers}`;
    const lines = [`${method} ${uri} RTSP/1.0`, `CSeq: ${number}`, ...rest];
    if (sign) lines.push(`Authorization: ${sign(method, uri)}`);
    pending.set(number, { ...request, signed: sign !== undefined });
    camera.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]));
  };

  const asked = new RtspParser({
    data: (chunk) => void camera.write(chunk),
    message: (lines, body) => {
      const [method, named] = lines[0].split(' ');
      if (/^RTSP\//.test(method)) return void camera.write(RtspParser.write(lines, body)); // it answers the camera
      const uri = named.startsWith(base) ? real + named.slice(base.length) : named;
      const number = valuesOf(lines, 'cseq')[0] ?? '';
      send({ number, method, uri, rest: lines.slice(1).filter((line) => !/^(cseq|authorization):/i.test(line)), body });
    },
  });
  const answered = new RtspParser({
    data: (chunk) => {
      if (!local.write(chunk)) camera.pause();
    },
    message: (lines, body) => {
      const number = valuesOf(lines, 'cseq')[0] ?? '';
      const request = /^RTSP\//.test(lines[0]) ? pending.get(number) : undefined;
      if (!request) return void local.write(RtspParser.write(lines, body)); // the camera asks by itself
      pending.delete(number);
      if (/^\S+ 401/.test(lines[0])) {
        const challenges = valuesOf(lines, 'www-authenticate');
        const stale = challenges.some((challenge) => /stale\s*=\s*"?true/i.test(challenge));
        const answer = login && answerTo(challenges, login);
        if (answer && (!request.signed || stale)) {
          sign = answer;
          return send(request);
        }
      }
      const shown = lines.map((line) => (/^cseq:/i.test(line) ? `CSeq: ${request.number}` : line));
      local.write(RtspParser.write(shown, body));
    },
  });
  local.on('data', (chunk: Buffer) => asked.push(chunk));
  camera.on('data', (chunk: Buffer) => answered.push(chunk));
  local.on('drain', () => camera.resume());
  camera.on('error', onError);
  local.on('error', () => {});
  camera.on('close', () => local.destroy());
  local.on('close', () => camera.destroy());
}

/** The values of the headers of a name. */
function valuesOf(lines: readonly string[], name: string): string[] {
  return lines
    .slice(1)
    .filter((line) => line.toLowerCase().startsWith(`${name}:`))
    .map((line) => line.slice(name.length + 1).trim());
}
