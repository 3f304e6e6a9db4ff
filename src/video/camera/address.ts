import { statSync } from 'node:fs';
import { printable, UsageError } from '../../core/errors.ts';
import { SAFE_FORMATS } from '../formats.ts';

/** What is needed to give a live source to ffmpeg. */
export interface Address {
  /** As it may be shown: without credentials. */
  readonly shown: string;
  /** ffmpeg's arguments up to and with `-i`. */
  readonly args: readonly string[];
  /** Where a TCP connection shows whether the other side is there. */
  readonly port?: { readonly host: string; readonly port: number };
  /** The whole of it, where it has a password or a user in it; see `openGate`. */
  readonly secret?: URL;
}

/**
 * Measured on H.264 over RTSP at 10 fps: 204 ms from camera to frame against 509 ms with ffmpeg's defaults. (`-fflags nobuffer`
 * garbles the first frames. ffmpeg's own `-timeout` is left out: the session watches for frames itself, and a camera that was frozen
 * finds the connection still there.)
 */
const LOW_DELAY = ['-analyzeduration', '0', '-probesize', '32', '-flags', 'low_delay'];

const DEFAULT_PORTS: Readonly<Record<string, number>> = { rtsp: 554, rtsps: 322, http: 80, https: 443 };

/** How the pictures of an RTSP camera come: over its TCP connection, over UDP, or over TCP unless the camera refuses. */
export type Transport = 'auto' | 'tcp' | 'udp';

const TRANSPORTS: Readonly<Record<Transport, readonly string[]>> = {
  auto: ['-rtsp_flags', 'prefer_tcp'],
  tcp: ['-rtsp_transport', 'tcp'],
  udp: ['-rtsp_transport', 'udp'],
};

/**
 * How ffmpeg is to open a live source.
 *
 * @param realtime whether a file may be played as if it were a camera
 * @param transport of an RTSP camera
 * @throws UsageError when it is no source of a known kind
 */
export function addressOf(url: string, realtime = false, transport: Transport = 'auto'): Address {
  const shown = printable(url);
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(url)?.[1].toLowerCase();
  const signs = unencodedSigns(url);
  if (signs.length > 0) {
    const written = signs.map((sign) => `${encodeURIComponent(sign)} for ${sign}`).join(', ');
    throw new UsageError(
      `${shown}: the password has ${signs.join(' and ')} in it, which ends a host name; write ${written}`,
    );
  }
  if (scheme === 'rtsp' || scheme === 'rtsps') {
    const input = [...TRANSPORTS[transport], '-allowed_media_types', 'video', ...LOW_DELAY];
    return { shown, args: [...input, ...whitelisted('rtp,udp,tcp,tls,rtsp,rtsps', url)], ...portOf(url, scheme) };
  }
  if (scheme === 'http' || scheme === 'https') {
    const input = ['-flags', 'low_delay', ...whitelisted('http,https,tcp,tls,crypto', url)];
    return { shown, args: input, ...portOf(url, scheme) };
  }
  if (scheme !== undefined) {
    throw new UsageError(`${shown}: ${scheme} is no kind of live source; known are rtsp, rtsps, http, https`);
  }
  if (/^\/dev\/video\d+$/.test(url)) return { shown, args: ['-f', 'v4l2', ...whitelisted('file', url)] };
  if (!statSync(url, { throwIfNoEntry: false })?.isFile()) {
    throw new UsageError(`${shown}: neither a file nor a live source; for example rtsp://user:password@camera/stream`);
  }
  if (!realtime) throw new UsageError(`${shown}: is a file; add --realtime to play it as if it were a camera`);
  return { shown, args: ['-re', ...SAFE_FORMATS, ...whitelisted('file', `file:${url}`)] };
}

/** Whatever a stream refers to may be fetched by these protocols only. */
function whitelisted(protocols: string, url: string): string[] {
  return ['-protocol_whitelist', protocols, '-i', url];
}

/**
 * The signs in the password of an address that end it for a reader of addresses. (An @ does not: the last one counts.) Where what is
 * before them could be a host with its port, they are taken as what they are: the beginning of a path.
 */
function unencodedSigns(url: string): string[] {
  const [, authority, rest] = /^[a-z][a-z0-9+.-]+:\/\/([^/?#]*)([/?#].*)$/is.exec(url) ?? ['', '', ''];
  const end = rest.lastIndexOf('@');
  const isHost = /^([^:]*:.*@|[^:@]*@)?(\[[^\]]*\]|[^:@]*)(:\d*)?$/s.test(authority);
  if (end < 0 || (isHost && rest[0] !== '#')) return [];
  return [...new Set(rest.slice(0, end).match(/[/?#]/g))];
}

function portOf(url: string, scheme: string): Pick<Address, 'port' | 'secret'> {
  try {
    const whole = new URL(url);
    const { hostname, port, username, password } = whole;
    const host = hostname.replace(/^\[|\]$/g, '');
    const secret = (username || password) && { secret: whole };
    return host ? { port: { host, port: Number(port) || DEFAULT_PORTS[scheme] }, ...secret } : {};
  } catch {
    return {}; // ffmpeg may still make sense of it
  }
}
