import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { inputError, printable, UsageError } from '../../core/errors.ts';
import { readError } from '../../files/file-errors.ts';
import { SAFE_FORMATS } from '../formats.ts';

/** What is needed to give a live source to ffmpeg. */
export interface Address {
  /** As it may be shown: without credentials. */
  readonly shown: string;
  /** ffmpeg's arguments up to and with `-i`. */
  readonly args: readonly string[];
  /** Further arguments, before `-i`, to learn what the pictures are like. */
  readonly probing?: readonly string[];
  /** Where a TCP connection shows whether the other side is there. */
  readonly port?: { readonly host: string; readonly port: number };
  /** What ffmpeg reads on its standard input, which no other user sees: a list with the address. */
  readonly list?: AddressList;
  /** How twintrack connects in ffmpeg's place, where there is a secret in the address, or it is one of TLS; see `openGate`. */
  readonly gate?: { readonly url: URL; readonly tls: TlsCheck };
}

/** An address that ffmpeg reads from a list in the place of its arguments. */
export interface AddressList {
  readonly url: string;
  /** ffmpeg's name of the format that it is of. */
  readonly format: string;
}

/** How the certificate of a server is checked. */
export interface TlsCheck {
  /** Whether it is. */
  readonly verify: boolean;
  /** Certificates in PEM of those who may have signed it, in place of the usual ones. */
  readonly ca?: Buffer;
}

/** How to connect to a camera, besides its address. */
export interface Connecting {
  /** How the pictures of an RTSP camera come; default `auto`: over TCP, or over UDP where the camera refuses that. */
  readonly transport?: Transport | undefined;
  /** Whether the certificate of an rtsps, https or rtmps camera is checked; default true. */
  readonly tlsVerify?: boolean | undefined;
  /** Path of a file with the certificate of such a camera, or of the authority that signed it, in PEM. Default the authorities that Node knows. */
  readonly tlsCa?: string | undefined;
}

/**
 * Measured on H.264 over RTSP at 10 fps: 204 ms from camera to frame against 509 ms with ffmpeg's defaults. (`-fflags nobuffer`
 * garbles the first frames. ffmpeg's own `-timeout` is left out: the session watches for frames itself, and a camera that was frozen
 * finds the connection still there.)
 */
const LOW_DELAY = ['-analyzeduration', '0', '-probesize', '32', '-flags', 'low_delay'];

/** How the sources of a scheme are opened. */
interface Scheme {
  /** Whatever a stream refers to may be fetched by these protocols only. */
  readonly protocols: string;
  readonly args: readonly string[];
  readonly probing?: readonly string[];
  /** The format of a source whose address is secret as a whole: it is read from a list. */
  readonly listed?: string;
  /** The usual port, where a TCP connection shows whether the other side is there. */
  readonly port?: number;
}

const RTSP = { protocols: 'rtp,udp,tcp,tls,rtsp,rtsps', args: ['-allowed_media_types', 'video', ...LOW_DELAY] };
const WEB = { protocols: 'http,https,tcp,tls,crypto', args: ['-flags', 'low_delay'] };
/** MPEG-TS says what its pictures are like with each key frame only. */
const PROBING = ['-analyzeduration', '3000000', '-probesize', '5000000'];
const MPEG_TS = [...LOW_DELAY, '-f', 'mpegts'];

const SCHEMES: Readonly<Record<string, Scheme>> = {
  rtsp: { ...RTSP, port: 554 },
  rtsps: { ...RTSP, port: 322 },
  http: { ...WEB, port: 80 },
  https: { ...WEB, port: 443 },
  // a connection to see whether they are there would take the place of the one they serve
  rtmp: { protocols: 'rtmp,tcp', args: LOW_DELAY, listed: 'flv' },
  rtmps: { protocols: 'rtmp,tcp', args: LOW_DELAY, listed: 'flv' },
  srt: { protocols: 'srt', args: LOW_DELAY, probing: PROBING, listed: 'mpegts' },
  udp: { protocols: 'udp', args: MPEG_TS, probing: PROBING },
  rtp: { protocols: 'rtp,udp', args: [...LOW_DELAY, '-f', 'rtp'], probing: PROBING },
};

/** How webcams are opened: by their name, on the system that names them so. */
const WEBCAMS = {
  avfoundation: {
    platform: 'darwin',
    system: 'macOS',
    args: (name: string) => ['-f', 'avfoundation', '-framerate', '30', '-i', `${name}:none`], // no sound
  },
  dshow: {
    platform: 'win32',
    system: 'Windows',
    args: (name: string) => ['-f', 'dshow', '-i', `video=${name}`],
  },
} as const;

const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;
const DEVICE = /^\/dev\/video\d+$/;
const WEBCAM = /^(avfoundation|dshow):(.+)$/s;

/** Whether an input is the address of a camera or a stream, or a video device. */
export function isCamera(input: string): boolean {
  const scheme = SCHEME.exec(input)?.[1].toLowerCase();
  return scheme === undefined ? DEVICE.test(input) || WEBCAM.test(input) : Object.hasOwn(SCHEMES, scheme);
}

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
 * @throws UsageError when it is no source of a known kind
 * @throws TwintrackError when `tlsCa` cannot be read
 */
export function addressOf(url: string, realtime = false, connecting: Connecting = {}): Address {
  const { transport = 'auto' } = connecting;
  const shown = printable(url);
  const scheme = SCHEME.exec(url)?.[1].toLowerCase();
  const signs = unencodedSigns(url);
  if (signs.length > 0) {
    const written = signs.map((sign) => `${encodeURIComponent(sign)} for ${sign}`).join(', ');
    throw new UsageError(
      `${shown}: the password has ${signs.join(' and ')} in it, which ends a host name; write ${written}`,
    );
  }
  if (scheme !== undefined) {
    if (!Object.hasOwn(SCHEMES, scheme)) {
      const known = Object.keys(SCHEMES).join(', ');
      throw new UsageError(`${shown}: ${scheme} is no kind of live source; known are ${known}`);
    }
    const { protocols, args, probing, port, listed } = SCHEMES[scheme];
    if (listed) {
      const formats = ['-f', 'concat', '-safe', '0', '-format_whitelist', `concat,${listed}`];
      return {
        ...{ shown, args: [...args, ...formats, ...whitelisted(`pipe,${protocols}`, 'pipe:0')] },
        ...(probing && { probing }),
        list: { url, format: listed },
        ...(scheme === 'rtmps' && URL.canParse(url) && { gate: { url: new URL(url), tls: tlsCheck(connecting) } }),
      };
    }
    const over = /^rtsp/.test(scheme) ? TRANSPORTS[transport] : [];
    return {
      shown,
      args: [...over, ...args, ...whitelisted(protocols, url)],
      ...(probing && { probing }),
      ...(port !== undefined && portOf(url, port, connecting)),
    };
  }
  if (DEVICE.test(url)) return { shown, args: ['-f', 'v4l2', ...whitelisted('file', url)] };
  const [, kind, name] = WEBCAM.exec(url) ?? [];
  if (kind) return { shown, args: webcam(shown, kind as keyof typeof WEBCAMS, name) };
  if (!statSync(url, { throwIfNoEntry: false })?.isFile()) {
    throw new UsageError(`${shown}: neither a file nor a live source; for example rtsp://user:password@camera/stream`);
  }
  if (!realtime) throw new UsageError(`${shown}: is a file; add --realtime to play it as if it were a camera`);
  return { shown, args: ['-re', ...SAFE_FORMATS, ...whitelisted('file', `file:${url}`)] };
}

/**
 * ffmpeg's arguments for a webcam.
 *
 * @throws UsageError on another system
 */
function webcam(shown: string, kind: keyof typeof WEBCAMS, name: string): readonly string[] {
  const { platform, system, args } = WEBCAMS[kind];
  if (process.platform === platform) return args(name);
  const others = Object.entries(WEBCAMS).find(([, of]) => of.platform === process.platform)?.[0];
  const here = others ? `${others}:NAME` : '/dev/video0';
  throw new UsageError(`${shown}: is a webcam of ${system}; on this system name one as ${here}`);
}

/** The last arguments: what may fetch, and the address. */
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

function portOf(url: string, usual: number, connecting: Connecting): Pick<Address, 'port' | 'gate'> {
  if (!URL.canParse(url)) return {}; // ffmpeg may still make sense of it
  const whole = new URL(url);
  const { hostname, port, protocol } = whole;
  const host = hostname.replace(/^\[|\]$/g, '');
  if (!host) return {};
  const gated = printable(url) !== url || /^(https|rtsps):$/.test(protocol);
  return {
    port: { host, port: Number(port) || usual },
    ...(gated && { gate: { url: whole, tls: tlsCheck(connecting) } }),
  };
}

function tlsCheck({ tlsVerify: verify = true, tlsCa }: Connecting): TlsCheck {
  if (tlsCa === undefined) return { verify };
  try {
    const ca = readFileSync(tlsCa);
    new X509Certificate(ca); // throws where it is none
    return { verify, ca };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall) throw readError(tlsCa, cause);
    throw inputError(tlsCa, 'is no certificate in PEM', 'name the file of the authority in tlsCa', cause);
  }
}
