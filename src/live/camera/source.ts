import { basename, extname } from 'node:path';
import type { IgnoreParameters, LinesParameters, ZonesParameters } from '../../analytics/parameters.ts';
import { printable } from '../../core/errors.ts';
import type { Connecting } from '../../video/camera/address.ts';

/** A camera as it is configured. */
export interface CameraSource extends Connecting {
  /** What it is called in outputs, folders and topics: letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  /** Address of a camera or a stream, video device, or path of a file that is played in real time, over and over. */
  readonly url: string;
  /** Zones, lines and ignore areas in its picture, instead of those that the parameters have for all cameras. */
  readonly zones?: ZonesParameters | undefined;
  readonly lines?: LinesParameters | undefined;
  readonly ignore?: IgnoreParameters | undefined;
}

/** Names for sources that were given without one: the host or the file, each a name of its own. */
export function nameSources(urls: readonly string[], taken: Iterable<string> = []): CameraSource[] {
  const names = new Set(taken);
  return urls.map((url) => {
    const stem = stemOf(url);
    let name = stem;
    for (let n = 2; names.has(name); n++) name = `${stem}-${n}`;
    names.add(name);
    return { name, url };
  });
}

/** Made of what is shown of the address, so that no part of a password gets into a name. */
function stemOf(url: string): string {
  const host = /^[a-z][a-z0-9+.-]+:\/\/(?:(?:\*{3})?@)?(\[[^\]]*\]|[^/?#:@]*)/i.exec(printable(url))?.[1];
  const name = (host ?? basename(url, extname(url))).replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+|[.-]+$/g, '');
  return name || 'camera';
}

/** How two sources are connected to is the same, so that one connection serves either. */
export function connectAlike(a: CameraSource, b: CameraSource): boolean {
  return a.url === b.url && a.transport === b.transport && a.tlsVerify === b.tlsVerify && a.tlsCa === b.tlsCa;
}
