import { redact } from '../../core/errors.ts';

/**
 * Why no person is tracked: `authentication`, `path` and `configuration` are for the user to fix, `network` and `stream` may pass by themselves.
 */
export type FaultKind = 'authentication' | 'path' | 'configuration' | 'network' | 'stream';

/** Why a camera is away. */
export interface Fault {
  readonly kind: FaultKind;
  /** One line without credentials, for people. */
  readonly reason: string;
}

/** What to do where the certificate is right all the same. */
const TRUST = 'see tlsCa and tlsVerify';

const NO_DECODER = /Decoder \(codec (\w+)\) not found|no decoder found for:? (\w+)/i;

const SIGNS: readonly (readonly [RegExp, FaultKind, string | ((match: RegExpExecArray) => string)])[] = [
  [NO_DECODER, 'configuration', ([, old, name = old]) => unsupported(name)],
  [/method PLAY failed: 45[459]/, 'configuration', 'it sends no video, or none that ffmpeg knows'],
  [/CERT_HAS_EXPIRED/, 'configuration', `certificate: expired; ${TRUST}`],
  [
    /CERT_NOT_YET_VALID/,
    'configuration',
    `certificate: not yet valid, or the clock of this machine is wrong; ${TRUST}`,
  ],
  [/ERR_TLS_CERT_ALTNAME_INVALID/, 'configuration', `certificate: of another name; ${TRUST}`],
  [/DEPTH_ZERO_SELF_SIGNED_CERT/, 'configuration', `certificate: self-signed; ${TRUST}`],
  [
    /SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)/,
    'configuration',
    `certificate: of an unknown authority; ${TRUST}`,
  ],
  [/\bERR_SSL_|\bEPROTO\b/, 'configuration', 'there is no TLS at this port, or none that can be agreed on'],
  [/401 Unauthorized|authorization failed/i, 'authentication', 'user name or password is wrong (401)'],
  [/403 Forbidden|Server returned 403/i, 'authentication', 'access is forbidden (403)'],
  [/404 Not Found|Server returned 404/i, 'path', 'there is no such stream at this address (404)'],
  [
    /461 Unsupported transport|Protocol not supported/i,
    'configuration',
    'the camera does not send its pictures this way (461): see transport',
  ],
  [
    /Protocol not found/i,
    'configuration',
    'this ffmpeg does not know the protocol: `ffmpeg -protocols` lists those it knows',
  ],
  [
    /Unable to receive RTP payload type/i,
    'configuration',
    'no MPEG-TS comes over RTP there: twintrack reads nothing else of rtp://',
  ],
  [/Server error:|NetStream\.Play\./i, 'path', 'the RTMP server refuses the stream'],
  [/No such file or directory|No such device/i, 'path', 'there is no such file or device'],
  [/Connection refused|ECONNREFUSED/i, 'network', 'the connection is refused'],
  [
    /Failed to resolve|Name or service not known|nodename nor servname|ENOTFOUND|EAI_AGAIN/i,
    'network',
    'the host name is not known',
  ],
  [
    /No route to host|Network is unreachable|Host is down|EHOSTUNREACH|ENETUNREACH/i,
    'network',
    'the host cannot be reached',
  ],
  [/Impossible to open 'srt:/, 'network', 'there is no answer, or the passphrase is wrong'],
  [/timed out|ETIMEDOUT/i, 'network', 'there is no answer'],
  [/Connection reset|Broken pipe|ECONNRESET|EPIPE/i, 'network', 'the connection was broken'],
];

/** What ffmpeg's words mean. */
export function faultOf(text: string): Fault | undefined {
  for (const [pattern, kind, reason] of SIGNS) {
    const match = pattern.exec(text);
    if (match) return { kind, reason: typeof reason === 'string' ? reason : reason(match) };
  }
  return undefined;
}

/** @param name ffmpeg's of a codec, `none` or `unknown` where it has none */
function unsupported(name: string): string {
  const what = /^(none|unknown)$/.test(name) ? 'does not know it' : `does not decode ${name}`;
  return `unsupported codec: this ffmpeg ${what}; set the camera to H.264 or H.265`;
}

/** A fault of the stream itself. */
export function streamFault(reason: string): Fault {
  return { kind: 'stream', reason: redact(reason).replace(/\s+/g, ' ').trim() };
}
