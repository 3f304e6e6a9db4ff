import { printable } from '../../core/errors.ts';
import type { Login } from '../../video/camera/login.ts';
import { askDevice } from './onvif.ts';
import { type Device, probeDevices } from './probe.ts';

/** A camera on the network. */
export interface FoundCamera {
  /** What it calls itself, as a name of a camera in a config file; each has another. */
  readonly name: string;
  /** Its IPv4 address. */
  readonly address: string;
  /** Manufacturer and model, as far as it says them. */
  readonly model: string;
  /** Address of its first stream, with `user:password@` in place of a login. */
  readonly url?: string;
  /** Why that is not known. */
  readonly fault?: string;
}

/** How to look for cameras. */
export interface FindOptions {
  /** How long to wait for answers. */
  readonly seconds: number;
  /** Name or IPv4 address of the network interface to ask at; default all but the loopback. */
  readonly networkInterface?: string | undefined;
  /** What cameras are asked with; without it, most do not give the address of their stream. */
  readonly login?: Login | undefined;
}

/**
 * Finds the ONVIF cameras on the networks of this machine.
 *
 * @returns the cameras by their addresses
 * @throws TwintrackError when no network can be asked
 */
export async function findCameras({ seconds, networkInterface, login }: FindOptions): Promise<FoundCamera[]> {
  const devices = await probeDevices(seconds, networkInterface);
  const found = await Promise.all(
    devices.map(async (device) => ({ device, answer: await askDevice(device.service, login) })),
  );
  const sorted = found.toSorted((a, b) => numberOf(a.device.host) - numberOf(b.device.host));
  const names = new Set<string>();
  return sorted.map(({ device, answer: { manufacturer, model, stream, fault } }) => {
    const known = [manufacturer, model.startsWith(manufacturer) ? model.slice(manufacturer.length) : model];
    const said = known
      .map((text) => text.trim())
      .filter(Boolean)
      .join(' ');
    return {
      name: freeName(scopeOf(device, 'name') || said || device.host, names),
      address: device.host,
      model: oneLine(said || scopeOf(device, 'hardware')),
      ...(stream !== undefined && { url: withPlaceholders(stream) }),
      ...(fault !== undefined && { fault: oneLine(fault) }),
    };
  });
}

const numberOf = (address: string) => address.split('.').reduce((number, part) => 256 * number + Number(part), 0);

/** What a device says of itself by a scope. */
function scopeOf({ scopes }: Device, kind: string): string {
  const said = scopes.find((scope) => scope.startsWith(`onvif://www.onvif.org/${kind}/`))?.split('/')[4] ?? '';
  try {
    return decodeURIComponent(said);
  } catch {
    return said;
  }
}

/** A name that `stream` takes, and no camera has yet. */
function freeName(text: string, taken: Set<string>): string {
  const stem =
    text
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[.-]+|[.-]+$/g, '')
      .slice(0, 56) || 'camera';
  let name = stem;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${stem}-${n}`;
  taken.add(name.toLowerCase());
  return name;
}

/** The address of a stream without what a device puts into it of a login, and with a place for one. */
function withPlaceholders(stream: string): string {
  return printable(stream).replace(/^([^:]+:\/\/)(?:[^/?#]*@)?/, '$1user:password@');
}

/** What a device says, as a short text of one line. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 80);
}
