import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { Ffmpeg } from '../ffmpeg.ts';
import type { Address } from './address.ts';
import type { Login } from './login.ts';
import { type Passage, passRtsp } from './rtsp-gate.ts';
import { openWebGate } from './web-gate.ts';

/** A way for one ffmpeg to a camera. */
export interface Gate {
  /** ffmpeg's arguments up to and with `-i`, without a password. */
  readonly args: readonly string[];
  /** What ffmpeg is to read on its standard input. */
  readonly text?: string;
  /** Why the camera cannot be reached, in Node's words; empty while it can. */
  readonly complaint: string;
  /** Ends all connections through it. */
  close(): void;
}

/**
 * Opens a way to a camera for one ffmpeg. Where there is a secret in the address, or it is one of TLS, it leads through a port of this machine.
 * The login is made here, as the arguments of ffmpeg stand in the list of processes, which all users of the machine can read. So is the TLS
 * connection: ffmpeg checks no certificate unless it is asked to, and what it says of one depends on its library. The port of an RTSP camera
 * takes one connection.
 */
export async function openGate({ args, gate, list }: Address, ffmpeg: Ffmpeg): Promise<Gate> {
  if (!gate) return { args, ...(list && { text: listOf(list.url, [], ffmpeg) }), complaint: '', close() {} };
  const { url: camera, tls } = gate;
  let complaint = '';
  const onError = (error: Error & { code?: string }) => {
    complaint ||= `${error.code ?? ''} ${error.message}`;
  };
  const isWeb = /^https?:$/.test(camera.protocol);
  const passage = { camera, login: loginOf(camera), tls, onError };
  const isRtmp = camera.protocol === 'rtmps:';
  const server = isWeb ? openWebGate(passage) : isRtmp ? openTlsGate(passage) : openRtspGate(passage);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = () => {
    if (server.listening) server.close();
    for (const socket of sockets) socket.destroy();
  };
  if (isRtmp) {
    const local = `rtmp://127.0.0.1:${port}${camera.pathname}${camera.search}`;
    const text = listOf(
      local,
      [`option rtmp_tcurl ${quoted(`rtmps://${camera.host}/${applicationOf(camera)}`)}`],
      ffmpeg,
    );
    return {
      ...{ args, text, close },
      get complaint() {
        return complaint;
      },
    };
  }
  return {
    args: isWeb
      ? [...args.slice(0, -3), 'http,tcp,crypto', '-i', `http://127.0.0.1:${port}${camera.pathname}`]
      : [...args.slice(0, -1), localBase(port)],
    get complaint() {
      return complaint;
    },
    close,
  };
}

/** A list of one address for ffmpeg's `concat`, which begins at once with what comes. */
function listOf(url: string, more: readonly string[], { lists }: Ffmpeg): string {
  const options = ['option analyzeduration 0', 'option probesize 32', ...more];
  return ['ffconcat version 1.0', `file ${quoted(url)}`, ...(lists ? options : []), ''].join('\n');
}

/** In the quotes of a list; an address has no line breaks. */
function quoted(text: string): string {
  return `'${text.replace(/\s/g, encodeURIComponent).replaceAll("'", "'\\''")}'`;
}

/** The application in an RTMP address, as ffmpeg takes it apart: what is behind it names the stream. */
function applicationOf({ pathname }: URL): string {
  const parts = pathname.slice(1).split('/');
  return parts.slice(0, parts.length > 2 ? 2 : 1).join('/');
}

function loginOf({ username, password }: URL): Login | undefined {
  return username || password ? { user: decoded(username), password: decoded(password) } : undefined;
}

/** A part of an address as it is meant; one that is not encoded as it should be, as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const localBase = (port: number) => `rtsp://127.0.0.1:${port}/camera`;

function openRtspGate(passage: Passage): Server {
  const server = createServer((socket) => {
    const { port } = server.address() as AddressInfo;
    server.close(); // for this one connection
    passRtsp(socket, localBase(port), passage);
  });
  return server;
}

function openTlsGate({ camera: { hostname, port }, tls, onError }: Passage): Server {
  return createServer((local) => {
    const host = hostname.replace(/^\[|\]$/g, '');
    const options = { rejectUnauthorized: tls.verify, ca: tls.ca };
    const camera = connectSecurely({ host, port: Number(port) || 443, ...options });
    camera.pipe(local).pipe(camera);
    camera.on('error', onError);
    local.on('error', () => {});
    camera.on('close', () => local.destroy());
    local.on('close', () => camera.destroy());
  });
}
