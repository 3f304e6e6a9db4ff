import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { later } from './rig.ts';

/** How a test device behaves. */
export interface OnvifOptions {
  readonly name?: string;
  readonly model?: string;
  readonly stream?: string;
  /** What it wants: a WS-Security token, or a login by HTTP of one of two kinds. Default nothing. */
  readonly wants?: 'token' | 'Digest' | 'Basic';
  readonly password?: string;
  /** Seconds that its clock is ahead. */
  readonly ahead?: number;
  /** Whether it has the first version of the media service only, and does not list its services. */
  readonly old?: boolean;
  /** What it says to be its host. Default 127.0.0.1. */
  readonly host?: string;
  /** What it answers to the first question by HTTP, instead of what it should. */
  readonly answer?: (response: ServerResponse) => void;
}

const GROUP = '239.255.255.250';
const USER = 'admin';
const REALM = 'realm="camera", nonce="abc", qop="auth"';

/**
 * An ONVIF device on the loopback: a real server of WS-Discovery and of the requests that find its stream, written from the ONVIF Core and
 * Media specifications.
 */
export class OnvifDevice {
  /** The actions that it was asked for, and what came with them. */
  readonly asked: string[] = [];
  readonly requests: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
  readonly #options: OnvifOptions;
  #port = 0;

  static async start(options: OnvifOptions = {}): Promise<OnvifDevice> {
    const device = new OnvifDevice(options);
    await device.#listen();
    return device;
  }

  private constructor(options: OnvifOptions) {
    this.#options = options;
  }

  get port(): number {
    return this.#port;
  }

  async #listen(): Promise<void> {
    const server = createServer((request, response) => this.#take(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    later(() => server.close());
    later(() => server.closeAllConnections());
    this.#port = (server.address() as AddressInfo).port;
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    socket.bind(3702);
    await once(socket, 'listening');
    later(() => socket.close());
    socket.addMembership(GROUP, '127.0.0.1');
    socket.on('message', (message, { port, address }) => {
      const id = /MessageID>([^<]+)</.exec(String(message))?.[1];
      if (!id || !/Probe/.test(String(message))) return;
      socket.send(this.#match(id), port, address);
    });
  }

  /** The address of one of its services. */
  #service(path: string): string {
    return `http://${this.#options.host ?? '127.0.0.1'}:${this.#port}/onvif/${path}`;
  }

  #match(id: string): string {
    const { name = 'Entrance', model = 'P1455' } = this.#options;
    const scope = (kind: string, value: string) => `onvif://www.onvif.org/${kind}/${encodeURIComponent(value)}`;
    return `<?xml version="1.0"?>
      <e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"
        xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Header><w:RelatesTo>${id}</w:RelatesTo></e:Header>
      <e:Body><d:ProbeMatches><d:ProbeMatch><w:EndpointReference><w:Address>urn:uuid:${this.#port}</w:Address></w:EndpointReference>
      <d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>${scope('name', name)} ${scope('hardware', model)}</d:Scopes>
      <d:XAddrs>http://[fe80::1]/onvif/device_service ${this.#service('device_service')}</d:XAddrs>
      <d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>`;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    this.requests.push({ headers: request.headers, body });
    const action = /<(?:s:)?Body[^>]*><(\w+)/.exec(body)?.[1] ?? '';
    this.asked.push(action);
    const { answer } = this.#options;
    if (answer) return answer(response);
    const refusal = action === 'GetSystemDateAndTime' ? undefined : this.#refusal(request, body);
    if (refusal) return void response.writeHead(...refusal).end(refusal[0] === 400 ? NOT_AUTHORIZED : '');
    const said = this.#answer(action, request.url ?? '', body);
    response.writeHead(said ? 200 : 400, { 'content-type': 'application/soap+xml' });
    response.end(said ? envelope(said) : envelope('<s:Fault><s:Text>Action not supported</s:Text></s:Fault>'));
  }

  /** Why a request is refused. */
  #refusal({ headers, method, url }: IncomingMessage, body: string): [number, Record<string, string>] | undefined {
    const { wants, password = '' } = this.#options;
    if (wants === undefined) return undefined;
    const challenge: [number, Record<string, string>] = [401, { 'www-authenticate': `${wants} ${REALM}` }];
    if (wants === 'Basic') return challenge;
    const md5 = (text: string) => createHash('md5').update(text).digest('hex');
    if (wants === 'Digest') {
      const given = (name: string) => new RegExp(`\\b${name}="?([^",]*)`).exec(headers.authorization ?? '')?.[1] ?? '';
      const secret = md5(`${USER}:camera:${password}`);
      const wanted = md5(`${secret}:abc:${given('nc')}:${given('cnonce')}:auth:${md5(`${method}:${url}`)}`);
      return given('response') === wanted ? undefined : challenge;
    }
    const said = (name: string) => new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([^<]*)<`).exec(body)?.[1] ?? '';
    const digest = createHash('sha1')
      .update(Buffer.from(said('Nonce'), 'base64'))
      .update(said('Created'));
    const isRight = digest.update(password).digest('base64') === said('Password') && said('Username') === USER;
    const late = Math.abs(Date.parse(said('Created')) - this.#now());
    return isRight && late < 10_000 ? undefined : [400, { 'content-type': 'application/soap+xml' }];
  }

  #now(): number {
    return Date.now() + 1000 * (this.#options.ahead ?? 0);
  }

  #answer(action: string, url: string, body: string): string | undefined {
    const { model = 'P1455', old = false, stream = 'rtsp://127.0.0.1:554/stream1?a=1&b=2' } = this.#options;
    const escaped = stream.replaceAll('&', '&amp;');
    const version = url.endsWith('media2') ? 20 : 10;
    const service = (namespace: string, path: string) =>
      `<Service><Namespace>http://www.onvif.org/${namespace}/wsdl</Namespace><XAddr>${this.#service(path)}</XAddr></Service>`;
    const time = new Date(this.#now());
    const number = (name: string, value: number) => `<tt:${name}>${value}</tt:${name}>`;
    const answers: Record<string, () => string | undefined> = {
      GetSystemDateAndTime: () =>
        `<tt:UTCDateTime><tt:Time>${number('Hour', time.getUTCHours())}${number('Minute', time.getUTCMinutes())}` +
        `${number('Second', time.getUTCSeconds())}</tt:Time><tt:Date>${number('Year', time.getUTCFullYear())}` +
        `${number('Month', time.getUTCMonth() + 1)}${number('Day', time.getUTCDate())}</tt:Date></tt:UTCDateTime>`,
      GetDeviceInformation: () =>
        `<tds:Manufacturer>AXIS</tds:Manufacturer><tds:Model>${model}</tds:Model><tds:SerialNumber>1</tds:SerialNumber>`,
      GetServices: () =>
        old ? undefined : service('ver10/device', 'device_service') + service('ver20/media', 'media2'),
      GetCapabilities: () =>
        `<tds:Capabilities><tt:Media><tt:XAddr>${this.#service('media')}</tt:XAddr></tt:Media></tds:Capabilities>`,
      GetProfiles: () => '<m:Profiles fixed="true" token="main"/><m:Profiles token="sub"></m:Profiles>',
      GetStreamUri: () => {
        if (!body.includes('<ProfileToken>main</ProfileToken>')) return undefined;
        return version === 20 ? `<Uri>${escaped}</Uri>` : `<MediaUri><tt:Uri>${escaped}</tt:Uri></MediaUri>`;
      },
    };
    const said = Object.hasOwn(answers, action) ? answers[action]() : undefined;
    return said && `<tds:${action}Response>${said}</tds:${action}Response>`;
  }
}

function envelope(body: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" ' +
    'xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema" ' +
    `xmlns:m="http://www.onvif.org/ver20/media/wsdl"><s:Body>${body}</s:Body></s:Envelope>`
  );
}

const NOT_AUTHORIZED = envelope(
  '<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code>' +
    '<s:Reason><s:Text xml:lang="en">Sender not Authorized</s:Text></s:Reason></s:Fault>',
);
