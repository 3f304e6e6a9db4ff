import { createHash, randomBytes } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { answerTo, challengesOf, type Login } from '../../video/camera/login.ts';
import { type Element, encoded, parseXml } from './xml.ts';

/** What a device says of itself. */
export interface DeviceAnswer {
  readonly manufacturer: string;
  readonly model: string;
  /** Address of its first stream, as it gave it. */
  readonly stream?: string;
  /** Why there is none. */
  readonly fault?: string;
}

const DEVICE = 'http://www.onvif.org/ver10/device/wsdl';
const MEDIA = 'http://www.onvif.org/ver10/media/wsdl';
const MEDIA2 = 'http://www.onvif.org/ver20/media/wsdl';
const SCHEMA = 'http://www.onvif.org/ver10/schema';
const SECURITY = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss';

/** A device has so long to answer all that it is asked. */
const DEVICE_SECONDS = 10;
const LONGEST_ANSWER = 1 << 20;

/** The body of the question for the address of a stream, in each version of the media service; the newer one knows H.265. */
const STREAM_QUESTIONS: readonly (readonly [namespace: string, body: (profile: string) => string])[] = [
  [MEDIA2, (profile) => `<Protocol>RTSP</Protocol><ProfileToken>${profile}</ProfileToken>`],
  [
    MEDIA,
    (profile) =>
      `<StreamSetup><Stream xmlns="${SCHEMA}">RTP-Unicast</Stream><Transport xmlns="${SCHEMA}"><Protocol>RTSP</Protocol>` +
      `</Transport></StreamSetup><ProfileToken>${profile}</ProfileToken>`,
  ],
];

/**
 * Asks an ONVIF device what it is and where its first stream is (ONVIF Core and Media specifications). Logs in by a WS-Security token, and by
 * HTTP Digest where the device wants that; the password itself is never sent.
 *
 * @param service address of its device service
 * @param login what the device may be asked with; without it only open devices give the address of their stream
 */
export async function askDevice(service: URL, login?: Login): Promise<DeviceAnswer> {
  const client = new Client(service.hostname, login, AbortSignal.timeout(1000 * DEVICE_SECONDS));
  let about = { manufacturer: '', model: '' };
  try {
    await client.setClock(service);
    const information = await client.ask(service, DEVICE, 'GetDeviceInformation').catch((error: unknown) => {
      if (error instanceof DeviceFault) return undefined; // it may give its stream all the same
      throw error;
    });
    about = { manufacturer: information?.textOf('Manufacturer') ?? '', model: information?.textOf('Model') ?? '' };
    return { ...about, stream: await firstStream(client, service) };
  } catch (error) {
    return { ...about, fault: reasonOf(error, login) };
  }
}

function reasonOf(error: unknown, login: Login | undefined): string {
  if (!(error instanceof DeviceFault)) {
    const isLate = (error as Error).name === 'TimeoutError' || (error as Error).name === 'AbortError';
    return isLate ? `no answer within ${DEVICE_SECONDS} s` : `cannot be asked: ${(error as Error).message}`;
  }
  if (!error.isLogin) return `cannot say where its stream is: ${error.message}`;
  return login ? 'user name or password is wrong' : 'it wants a user name and a password';
}

async function firstStream(client: Client, service: URL): Promise<string> {
  const media = await mediaServices(client, service);
  let fault: unknown = new DeviceFault('it has no media service');
  for (const [namespace, body] of STREAM_QUESTIONS) {
    const address = media.get(namespace);
    if (!address) continue;
    try {
      const profiles = (await client.ask(address, namespace, 'GetProfiles')).inside('Profiles');
      const token = profiles.map(({ attributes }) => /\stoken\s*=\s*["']([^"']*)["']/.exec(attributes)?.[1])[0];
      if (!token) throw new DeviceFault('it has no profile');
      const stream = (await client.ask(address, namespace, 'GetStreamUri', body(token))).textOf('Uri');
      if (!/^rtsps?:\/\/\S+$/i.test(stream)) throw new DeviceFault('it gives no RTSP address');
      return stream;
    } catch (error) {
      if (!(error instanceof DeviceFault)) throw error;
      fault = error;
    }
  }
  throw fault;
}

/** Where the versions of its media service are, by their namespaces. Old devices do not list them and have the first. */
async function mediaServices(client: Client, service: URL): Promise<Map<string, URL>> {
  const found = new Map<string, URL>();
  const add = (namespace: string, address: string) => {
    if (URL.canParse(address)) found.set(namespace, new URL(address));
  };
  try {
    const body = '<IncludeCapability>false</IncludeCapability>';
    for (const listed of (await client.ask(service, DEVICE, 'GetServices', body)).inside('Service'))
      add(listed.textOf('Namespace'), listed.textOf('XAddr'));
  } catch (error) {
    if (!(error instanceof DeviceFault)) throw error;
  }
  if (!found.has(MEDIA) && !found.has(MEDIA2)) {
    const answer = await client.ask(service, DEVICE, 'GetCapabilities', '<Category>Media</Category>');
    add(MEDIA, answer.inside('Media')[0]?.textOf('XAddr') ?? '');
  }
  return found;
}

/** What a device refuses. */
class DeviceFault extends Error {
  /** Whether it is the login that does not fit. */
  readonly isLogin: boolean;

  constructor(message: string, isLogin = false) {
    super(message);
    this.isLogin = isLogin;
  }
}

/** Asks one device. */
class Client {
  readonly #host: string;
  readonly #login: Login | undefined;
  readonly #signal: AbortSignal;
  /** How much its clock is ahead of ours, in milliseconds, once that is known: it takes no login of another time. */
  #ahead: number | undefined;
  #sign: ((method: string, uri: string) => string) | undefined;

  constructor(host: string, login: Login | undefined, signal: AbortSignal) {
    this.#host = host;
    this.#login = login;
    this.#signal = signal;
  }

  /** Finds out the time of the device, which it gives without a login. */
  async setClock(service: URL): Promise<void> {
    if (!this.#login) return;
    let ahead = Number.NaN;
    try {
      const time = (await this.ask(service, DEVICE, 'GetSystemDateAndTime')).inside('UTCDateTime')[0];
      const [year, month, day, hour, minute, second] = ['Year', 'Month', 'Day', 'Hour', 'Minute', 'Second'].map(
        (name) => Number(time?.textOf(name) || Number.NaN),
      );
      ahead = Date.UTC(year, month - 1, day, hour, minute, second) - Date.now();
    } catch (error) {
      if (!(error instanceof DeviceFault)) throw error;
    }
    this.#ahead = Number.isFinite(ahead) ? ahead : 0;
  }

  /**
   * Asks a service of the device.
   *
   * @param service its address; of another host than that of the device only port and path are taken
   * @returns the answer
   * @throws DeviceFault when it refuses
   */
  async ask(service: URL, namespace: string, action: string, body = ''): Promise<Element> {
    const text = this.#envelope(`<${action} xmlns="${namespace}">${body}</${action}>`);
    const type = `application/soap+xml; charset=utf-8; action="${namespace}/${action}"`;
    let answer = await this.#post(service, text, type);
    if (answer.status === 401 && this.#login) {
      // by Digest only: whoever answers a question to all must not get the password
      this.#sign = answerTo(
        answer.challenges.filter((challenge) => /^digest\s/i.test(challenge)),
        this.#login,
      );
      if (this.#sign) answer = await this.#post(service, text, type);
    }
    const said = parseXml(answer.text);
    const fault = said.inside('Fault')[0];
    const isLogin = answer.status === 401 || answer.status === 403 || /NotAuthorized|not authorized/i.test(answer.text);
    if (fault) throw new DeviceFault(fault.textOf('Text') || fault.textOf('faultstring') || 'a fault', isLogin);
    if (answer.status !== 200) throw new DeviceFault(`HTTP status ${answer.status}`, isLogin);
    return said;
  }

  #post({ protocol, port, pathname, search }: URL, text: string, type: string): Promise<HttpAnswer> {
    const path = `${pathname}${search}`;
    const headers = {
      'content-type': type,
      'content-length': Buffer.byteLength(text),
      ...(this.#sign && { authorization: this.#sign('POST', path) }),
    };
    const options = { host: this.#host, port: port || undefined, path, method: 'POST', headers, agent: false as const };
    const withSignal = { ...options, signal: this.#signal };
    const asked =
      protocol === 'https:' ? requestSecurely({ ...withSignal, rejectUnauthorized: false }) : request(withSignal);
    return new Promise((resolve, reject) => {
      asked.on('error', reject);
      asked.on('response', (response) => read(response).then(resolve, reject));
      asked.end(text);
    });
  }

  #envelope(body: string): string {
    return (
      `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">` +
      `<s:Header>${this.#token()}</s:Header><s:Body>${body}</s:Body></s:Envelope>`
    );
  }

  /** WS-Security UsernameToken Profile 1.0: a digest of the password, the time and a number that is used once. */
  #token(): string {
    if (!this.#login || this.#ahead === undefined) return '';
    const { user, password } = this.#login;
    const nonce = randomBytes(16);
    const created = new Date(Date.now() + this.#ahead).toISOString();
    const digest = createHash('sha1').update(nonce).update(created).update(password).digest('base64');
    return (
      `<w:Security s:mustUnderstand="1" xmlns:w="${SECURITY}-wssecurity-secext-1.0.xsd" xmlns:u="${SECURITY}-wssecurity-utility-1.0.xsd">` +
      `<w:UsernameToken><w:Username>${encoded(user)}</w:Username>` +
      `<w:Password Type="${SECURITY}-username-token-profile-1.0#PasswordDigest">${digest}</w:Password>` +
      `<w:Nonce EncodingType="${SECURITY}-soap-message-security-1.0#Base64Binary">${nonce.toString('base64')}</w:Nonce>` +
      `<u:Created>${created}</u:Created></w:UsernameToken></w:Security>`
    );
  }
}

interface HttpAnswer {
  readonly status: number;
  readonly challenges: readonly string[];
  readonly text: string;
}

async function read(response: IncomingMessage): Promise<HttpAnswer> {
  const { statusCode: status = 0 } = response;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > LONGEST_ANSWER) throw new Error('its answer is too long');
    chunks.push(chunk);
  }
  return { status, challenges: challengesOf(response), text: Buffer.concat(chunks).toString() };
}
