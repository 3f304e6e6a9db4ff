import { existsSync } from 'node:fs';
import { dirname, extname, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { html, raw } from 'hono/html';
import { Analysis, type AreaParameters, resolveAreas } from '../analytics/index.ts';
import { areasOfRun } from '../analytics/parameters.ts';
import { inputError } from '../core/errors.ts';
import { fileNotice, type NoticeSink } from '../core/notices.ts';
import { people as counted } from '../core/text.ts';
import { OutputFile, refuseInputs } from '../files/output-file.ts';
import { readTrajectoriesHeader, streamTrajectories, type Trajectory } from '../trajectories/index.ts';
import { shownSize } from '../video/shown-size.ts';
import { own } from './page-parts.ts';
import { recordOf } from './person-record.ts';
import { colour, definitions, overlay } from './scene.ts';
import { Times } from './time.ts';

/** Boxes of a person in a second, at most; between them the page goes straight. */
const MOST_RATE = 10;
/** Boxes in all, at most: a page of some 8 MB. */
const MOST_BOXES = 400_000;
/** Endings of videos that browsers play. */
const PLAYED = ['.mp4', '.m4v', '.mov', '.webm'];

/** Settings of {@link writePlayer}. */
export interface PlayerOptions {
  /** HTML file to write. */
  readonly out: string;
  /** The video. It stays where it is: the page names it by its place relative to the page. */
  readonly video: string;
  /** Zones and lines; default those of the run. */
  readonly areas?: AreaParameters | undefined;
  /** Ends the work early: no file is left, and its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Takes what is doubtful and does not keep the page from being written. */
  readonly onNotice?: NoticeSink | undefined;
}

/**
 * Writes a page that plays a video with the people of its `.trajectories.json`: one HTML file beside the video, without a server. A click on
 * a person tells when and where they were.
 *
 * @returns how many people and how many bytes
 * @throws TwintrackError when the document cannot be read, the video is not there, the run is anonymised and the video is not its annotated
 *   one, or the file cannot be written
 *
 * @example
 * import { writePlayer } from 'twintrack/report';
 *
 * const { people } = await writePlayer('run1/street.trajectories.json', { out: 'player.html', video: 'street.mp4' });
 * console.log(people > 0); // true
 */
export async function writePlayer(
  input: string,
  { out, video, areas: wanted, signal, onNotice }: PlayerOptions,
): Promise<{ people: number; bytes: number }> {
  const header = await readTrajectoriesHeader(input);
  const { source, anonymized } = header;
  if (!existsSync(video)) throw inputError(video, 'does not exist', 'name the video with --video');
  if (anonymized && !video.endsWith('.annotated.mp4'))
    throw inputError(video, 'shows the people of an anonymised run', 'give its annotated video');
  const { width, height } = source;
  if (width === undefined || height === undefined)
    throw inputError(input, 'does not say how large the picture is', 'track the video itself');
  if (!PLAYED.includes(extname(video).toLowerCase()))
    onNotice?.(fileNotice('not-played', video, `is no video that browsers play; give one of ${PLAYED.join(', ')}`));
  await refuseInputs(out, input, video);
  const areas = resolveAreas(wanted ?? areasOfRun(header.parameters), source);
  const shown = shownSize({ width, height }, source.sampleAspectRatio);
  const people = await gather(input, areas, { width, height }, signal);
  const times = new Times(source.startedAt);
  const title = `${source.name}: ${counted(people.length)}`;
  const data = { clock: times.start === undefined ? null : times.start / 1000, ...shown, picture: width, people };
  const policy =
    "default-src 'none'; media-src 'self' file: http: https:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}"><title>${title}</title>
<style>${own('page.css')}${own('player.css')}</style></head><body class="player">${definitions(shown)}
<header><h1>${source.name}</h1><p>${counted(people.length)}. Click a person in the video or in the list. Space plays, arrows go a second, Escape shows all.</p></header>
<main><div class="stage"><video id="video" src="${addressOf(video, out)}" controls controlslist="nofullscreen" preload="auto" style="aspect-ratio: ${shown.width} / ${shown.height}"></video>
<svg id="areas" viewBox="0 0 ${shown.width} ${shown.height}" aria-hidden="true">${overlay(areas, shown)}</svg><canvas id="boxes"></canvas>
<p id="failure" class="warning" hidden></p></div>
<canvas id="strip" role="img" aria-label="People in the video over time"></canvas>
<p id="about" aria-live="polite"></p></main>
<aside><ol id="people"></ol></aside>
<script type="application/json" id="data">${raw(JSON.stringify(data).replace(/</g, '\\u003c'))}</script>
<script type="module">${own('player.js')}</script></body></html>
`;
  const text = String(await page);
  await OutputFile.put(out, text);
  return { people: people.length, bytes: Buffer.byteLength(text) };
}

/** A person as the page knows them. */
export interface PlayedPerson {
  readonly id: number;
  readonly colour: string;
  /** Zones entered and lines crossed, in words. */
  readonly events: string;
  /** n: times in milliseconds. */
  readonly times: readonly number[];
  /** n × 4: x, y, w, h in whole source pixels. */
  readonly boxes: readonly number[];
}

async function gather(
  input: string,
  areas: ReturnType<typeof resolveAreas>,
  picture: { readonly width: number; readonly height: number },
  signal: AbortSignal | undefined,
): Promise<PlayedPerson[]> {
  const analysis = new Analysis(areas);
  const people: PlayedPerson[] = [];
  let seconds = 0;
  for await (const { times } of streamTrajectories(input)) seconds += times[times.length - 1] - times[0];
  const rate = Math.min(MOST_RATE, MOST_BOXES / Math.max(1, seconds));
  for await (const trajectory of streamTrajectories(input)) {
    signal?.throwIfAborted();
    const { id, zones, lines } = recordOf(trajectory, analysis.add(trajectory), picture, undefined);
    const rows = thinned(trajectory.times, rate);
    people.push({
      ...{ id, colour: colour(id), events: [zones.join(' → '), ...lines].filter(Boolean).join(', ') },
      times: rows.map((i) => Math.round(1000 * trajectory.times[i])),
      boxes: rows.flatMap((i) => boxAt(trajectory, i)),
    });
  }
  return people.sort((a, b) => a.times[0] - b.times[0] || a.id - b.id);
}

/** Rows at most so often a second, and the last one. */
function thinned(times: Float64Array, rate: number): number[] {
  const rows: number[] = [];
  let next = Number.NEGATIVE_INFINITY;
  times.forEach((time, i) => {
    if (time < next && i < times.length - 1) return;
    rows.push(i);
    next = time + 1 / rate - 1e-6;
  });
  return rows;
}

function boxAt({ boxes }: Trajectory, i: number): number[] {
  return Array.from(boxes.subarray(4 * i, 4 * i + 4), Math.round);
}

/** Where the video is, seen from the page. */
function addressOf(video: string, out: string): string {
  const way = relative(dirname(resolve(out)), resolve(video));
  if (resolve(way) === way) return pathToFileURL(video).href; // on another drive
  return way.split(sep).map(encodeURIComponent).join('/');
}
