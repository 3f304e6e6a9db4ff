import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Address } from './address.ts';
import type { Login } from './login.ts';
import { type Passage, passRtsp } from './rtsp-gate.ts';
import { openWebGate } from './web-gate.ts';

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
 * Opens a way to a camera for one ffmpeg. Where the address has a password or is one of TLS, it leads through a port of this machine. The login
 * is made here, as the arguments of ffmpeg stand in the list of processes, which all users of the machine can read; and so is the TLS connection,
 * as ffmpeg checks no certificate unless it is asked to, and then says nothing that an owner understands. The port of an RTSP camera takes one
 * connection.
 */
export async function openGate(address: Address): Promise<Gate> {
  const { args, gate } = address;
  if (!gate) return { args, complaint: '', close() {} };
  const { url: camera, tls } = gate;
  let complaint = '';
  const onError = (error: Error & { code?: string }) => {
    complaint ||= `${error.code ?? ''} ${error.message}`;
  };
  const isWeb = /^https?:$/.test(camera.protocol);
  const passage = { camera, login: loginOf(camera), tls, onError };
  const server: Server = isWeb ? openWebGate(passage) : openRtspGate(passage);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    args: isWeb
      ? [...args.slice(0, -3), 'http,tcp,crypto', '-i', `http://127.0.0.1:${port}${camera.pathname}`]
      : [...args.slice(0, -1), localBase(port)],
    get complaint() {
      return complaint;
    },
    close() {
      if (server.listening) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
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
