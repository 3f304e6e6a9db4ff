import { randomUUID } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { inputError, UsageError } from '../../core/errors.ts';
import { parseXml } from './xml.ts';

/** A device that answered. */
export interface Device {
  /** The address that it answered from. */
  readonly host: string;
  /** Where its device service is, at that address. */
  readonly service: URL;
  /** What it says of itself, such as `onvif://www.onvif.org/name/Entrance`. */
  readonly scopes: readonly string[];
}

const GROUP = '239.255.255.250';
const PORT = 3702;
/** Devices are asked for by these, and some answer to one of them only. */
const TYPES = [
  ['http://www.onvif.org/ver10/network/wsdl', 'NetworkVideoTransmitter'],
  ['http://www.onvif.org/ver10/device/wsdl', 'Device'],
] as const;
/** A datagram may be lost, so each goes out so often. */
const TIMES = 3;
const PAUSE_SECONDS = 0.25;

/**
 * Asks the networks of this machine for ONVIF devices by multicast (WS-Discovery, version of April 2005; ONVIF Core Specification, chapter 7).
 *
 * @param seconds how long to wait for answers
 * @param networkInterface name or IPv4 address of the interface to ask at; default all but the loopback
 * @returns the devices, each once, in the order of their answers
 * @throws UsageError when there is no such interface, TwintrackError when none can send
 */
export async function probeDevices(seconds: number, networkInterface?: string): Promise<Device[]> {
  const devices = new Map<string, Device>();
  const take = (message: Buffer, host: string) => {
    for (const [id, device] of devicesIn(message.toString(), host)) if (!devices.has(id)) devices.set(id, device);
  };
  const asked = addressesOf(networkInterface).map((address) => openSocket(address, take));
  const opened = await Promise.allSettled(asked);
  const sockets = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  try {
    const failed = opened.find((result) => result.status === 'rejected');
    if (sockets.length === 0 && failed) throw cannotSend(failed.reason);
    const end = sleep(1000 * seconds);
    const errors = await Promise.all(sockets.map(askAt));
    if (errors.every((error) => error)) throw cannotSend(errors[0]);
    await end;
  } finally {
    for (const socket of sockets) socket.close();
  }
  return [...devices.values()];
}

function cannotSend(cause: unknown) {
  return inputError('network', `cannot be asked: ${(cause as Error).message}`, 'name another with --interface', cause);
}

/** The IPv4 addresses of this machine to ask from. */
function addressesOf(wanted: string | undefined): string[] {
  const all = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.filter(({ family }) => family === 'IPv4').map(({ address, internal }) => ({ name, address, internal })),
  );
  const chosen = all.filter(({ name, address, internal }) =>
    wanted === undefined ? !internal : name === wanted || address === wanted,
  );
  if (chosen.length === 0) {
    const known = all.map(({ name, address }) => `${name} (${address})`).join(', ');
    throw new UsageError(
      wanted === undefined
        ? 'no network: this machine has no IPv4 address'
        : `--interface ${wanted}: there is none of this name or address; known are ${known}`,
    );
  }
  return chosen.map(({ address }) => address);
}

async function openSocket(address: string, take: (message: Buffer, host: string) => void): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (message, { address: host }) => take(message, host));
  socket.bind(0, address);
  await once(socket, 'listening');
  socket.on('error', () => {}); // another network may answer
  socket.setMulticastInterface(address);
  return socket;
}

/** Sends the questions; returns the error when none could be sent. */
async function askAt(socket: Socket): Promise<Error | null> {
  let error: Error | null = null;
  for (let time = 0; time < TIMES; time++) {
    if (time > 0) await sleep(1000 * PAUSE_SECONDS);
    for (const [namespace, type] of TYPES) {
      const question = questionFor(namespace, type);
      error = await new Promise((resolve) => {
        socket.send(question, PORT, GROUP, (failure) => resolve(failure));
      });
    }
  }
  return error;
}

function questionFor(namespace: string, type: string): string {
  const addressing = 'http://schemas.xmlsoap.org/ws/2004/08/addressing';
  const discovery = 'http://schemas.xmlsoap.org/ws/2005/04/discovery';
  return (
    `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="${addressing}">` +
    `<s:Header><a:Action s:mustUnderstand="1">${discovery}/Probe</a:Action><a:MessageID>urn:uuid:${randomUUID()}</a:MessageID>` +
    `<a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>` +
    `<s:Body><d:Probe xmlns:d="${discovery}"><d:Types xmlns:n="${namespace}">n:${type}</d:Types></d:Probe></s:Body></s:Envelope>`
  );
}

/**
 * The devices in an answer, by their ids. Only the address that answered is used of what a device says of its address: it can be reached,
 * and no other machine is asked in its name.
 */
function devicesIn(answer: string, host: string): (readonly [string, Device])[] {
  return parseXml(answer)
    .inside('ProbeMatch')
    .flatMap((match) => {
      const services = match.textOf('XAddrs').split(/\s+/).map(webAddress);
      const service =
        services.find((url) => url?.hostname === host) ?? services.find((url) => url?.hostname.includes('.'));
      if (!service) return [];
      service.hostname = host;
      const scopes = match.textOf('Scopes').split(/\s+/).filter(Boolean);
      return [[match.textOf('Address') || service.href, { host, service, scopes }] as const];
    });
}

function webAddress(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
}
