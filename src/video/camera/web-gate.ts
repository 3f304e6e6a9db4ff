import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { request as requestSecurely } from 'node:https';
import type { AddressInfo } from 'node:net';
import { answerTo, challengesOf } from './login.ts';
import type { Passage } from './rtsp-gate.ts';

/** The headers of one connection, which are not passed on. */
const OF_CONNECTION = /^(host|connection|authorization|keep-alive|transfer-encoding)$/i;
/** Those of a body that is another one here. */
const OF_BODY = /^(content-length|content-range|accept-ranges)$/i;
/** What a playlist refers to otherwise than by a path beside its own. */
const REFERENCE = /(^|URI=")(\/[^\s"]*|https?:\/\/[^\s"]*)/gim;
/** A path here that stands for a place at another host. */
const ELSEWHERE = /^\/~(https?)\/([^/]+)(\/.*)$/;

/**
 * Makes a server that passes HTTP requests on to a camera, and logs in there. Where the camera leads to other places, by a playlist or a
 * redirection, these are fetched through it as well, without the login.
 */
export function openWebGate({ camera, login, tls, onError }: Passage): Server {
  let sign: ((method: string, uri: string) => string) | undefined;
  const origins = new Set([camera.origin]);

  /** The place that a path here stands for; undefined where nothing has led to it. */
  const placeOf = (path: string): URL | undefined => {
    const [, protocol, host, rest] = ELSEWHERE.exec(path) ?? [];
    if (!host) return new URL(path === camera.pathname ? `${path}${camera.search}` : path, camera.origin);
    const place = `${protocol}://${host}${rest}`;
    return URL.canParse(place) && origins.has(new URL(place).origin) ? new URL(place) : undefined;
  };
  /** The path here that stands for a place. */
  const pathOf = ({ origin, protocol, host, pathname, search }: URL): string => {
    origins.add(origin);
    const rest = `${pathname}${search}`;
    return origin === camera.origin ? rest : `/~${protocol.slice(0, -1)}/${host}${rest}`;
  };
  const here = (reference: string, from: URL): string => {
    if (!URL.canParse(reference, from.href)) return reference;
    const place = new URL(reference, from);
    const { port } = server.address() as AddressInfo;
    return /^https?:$/.test(place.protocol) ? `http://127.0.0.1:${port}${pathOf(place)}` : reference;
  };

  const ask = (asked: IncomingMessage, answer: ServerResponse, again: boolean) => {
    const { method = 'GET', url = '/' } = asked;
    const place = placeOf(url);
    if (!place) return void answer.writeHead(403).end();
    const path = `${place.pathname}${place.search}`;
    const own = place.origin === camera.origin;
    const given = Object.entries(asked.headers).filter(([name]) => !OF_CONNECTION.test(name));
    const headers = { ...Object.fromEntries(given), ...(own && sign && { authorization: sign(method, path) }) };
    const host = place.hostname.replace(/^\[|\]$/g, '');
    const options = { host, port: place.port || undefined, method, path, headers, agent: false as const };
    const passed =
      place.protocol === 'https:'
        ? requestSecurely({ ...options, rejectUnauthorized: tls.verify, ca: tls.ca })
        : request(options);
    passed.on('response', (response) => {
      const { statusCode = 502, headers: had } = response;
      const challenged = own && login && statusCode === 401 && !again;
      const signed = challenged ? answerTo(challengesOf(response), login) : undefined;
      if (signed) {
        sign = signed;
        response.resume();
        return ask(asked, answer, true);
      }
      const shown = Object.fromEntries(Object.entries(had).filter(([name]) => !OF_CONNECTION.test(name)));
      if (had.location) shown.location = here(had.location, place);
      response.on('error', () => answer.destroy());
      if (/mpegurl/i.test(had['content-type'] ?? '') || /\.m3u8?$/i.test(place.pathname)) {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          const kept = Object.entries(shown).filter(([name]) => !OF_BODY.test(name));
          answer.writeHead(statusCode === 206 ? 200 : statusCode, Object.fromEntries(kept));
          answer.end(text.replace(REFERENCE, (_, before, reference) => `${before}${here(reference, place)}`));
        });
        return;
      }
      answer.writeHead(statusCode, shown);
      response.pipe(answer);
    });
    passed.on('error', (error) => {
      onError(error);
      answer.destroy();
    });
    answer.on('close', () => passed.destroy());
    passed.end();
  };
  const server = createServer((asked, answer) => ask(asked, answer, false));
  return server;
}
