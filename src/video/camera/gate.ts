import { once } from 'node:events';
import { createServer as createWebServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Address } from './address.ts';
import { answerTo, challengesOf, type Login } from './login.ts';
import { passRtsp } from './rtsp-gate.ts';

/** A way for one ffmpeg to a camera. */
export interface Gate {
  /** ffmpeg's arguments up to and with `-i`, without a password. */
  readonly args: readonly string[];
  /** Why the camera cannot be reached, in Node's words; empty while it can. */
  readonly complaint: string;
  /** Ends all connections through it. */
  close(): void;
}

/**
 * Opens a way to a camera for one ffmpeg. Where the address has a password, it leads through a port of this machine, and the login is made
 * here: the arguments of ffmpeg stand in the list of processes, which all users of the machine can read. The port of an RTSP camera takes
 * one connection.
 */
export async function openGate(address: Address): Promise<Gate> {
  const { args, secret } = address;
  if (!secret) return { args, complaint: '', close() {} };
  let complaint = '';
  const onError = (error: Error & { code?: string }) => {
    complaint ||= `${error.code ?? ''} ${error.message}`;
  };
  const login = { user: decoded(secret.username), password: decoded(secret.password) };
  const isWeb = /^https?:$/.test(secret.protocol);
  const server: Server = isWeb ? openWebGate(secret, login, onError) : openRtspGate(secret, login, onError);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    args: [...args.slice(0, -1), isWeb ? `http://127.0.0.1:${port}${secret.pathname}` : `${localBase(port)}`],
    get complaint() {
      return complaint;
    },
    close() {
      if (server.listening) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
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

function openRtspGate(camera: URL, login: Login, onError: (error: Error) => void): Server {
  const server = createServer((socket) => {
    const { port } = server.address() as AddressInfo;
    server.close(); // for this one connection
    passRtsp(socket, camera, localBase(port), login, onError);
  });
  return server;
}

/** The headers of one connection, which are not passed on. */
const OF_CONNECTION = /^(host|connection|authorization|keep-alive|transfer-encoding)$/i;

function openWebGate(camera: URL, login: Login, onError: (error: Error) => void): Server {
  let sign: ((method: string, uri: string) => string) | undefined;
  const ask = (asked: IncomingMessage, answer: ServerResponse, again: boolean) => {
    const { method = 'GET', url = '/' } = asked;
    const path = url === camera.pathname ? `${camera.pathname}${camera.search}` : url;
    const given = Object.entries(asked.headers).filter(([name]) => !OF_CONNECTION.test(name));
    const headers = { ...Object.fromEntries(given), ...(sign && { authorization: sign(method, path) }) };
    const place = { host: camera.hostname.replace(/^\[|\]$/g, ''), port: camera.port || undefined };
    const options = { ...place, method, path, headers, agent: false as const };
    const passed =
      camera.protocol === 'https:' ? requestSecurely({ ...options, rejectUnauthorized: false }) : request(options);
    passed.on('response', (response) => {
      const { statusCode = 502, headers: had } = response;
      const signed = statusCode === 401 && !again ? answerTo(challengesOf(response), login) : undefined;
      if (signed) {
        sign = signed;
        response.resume();
        return ask(asked, answer, true);
      }
      const shown = Object.entries(had).filter(([name]) => !OF_CONNECTION.test(name));
      answer.writeHead(statusCode, Object.fromEntries(shown));
      response.pipe(answer);
      response.on('error', () => answer.destroy());
    });
    passed.on('error', (error) => {
      onError(error);
      answer.destroy();
    });
    answer.on('close', () => passed.destroy());
    passed.end();
  };
  return createWebServer((asked, answer) => ask(asked, answer, false));
}
