import {
  Analysis,
  type AreaParameters,
  GroundPlane,
  HeatMap,
  type PictureSize,
  resolveAreas,
} from '../analytics/index.ts';
import { areasOfRun } from '../analytics/parameters.ts';
import type { Notice, NoticeSink } from '../core/notices.ts';
import { fileNotice } from '../core/notices.ts';
import { OutputFile, refuseInputs } from '../files/output-file.ts';
import {
  readTrajectoriesHeader,
  streamTrajectories,
  type TrajectoriesHeader,
  type Trajectory,
} from '../trajectories/index.ts';
import { readingOf } from '../video/parameters.ts';
import { shownSize } from '../video/shown-size.ts';
import { HiddenViews } from './best-views.ts';
import { renderPage } from './page.ts';
import { type PersonRecord, recordOf } from './person-record.ts';
import type { ReportData } from './report-data.ts';

/** Cells of the heat map across the picture. */
const HEAT_COLUMNS = 96;
/** People in the table and on the picture, at most: the ones seen longest. */
const MOST_PEOPLE = 1000;
/** No picture is as wide or high in pixels: what reaches farther is a mistake. */
const FARTHEST = 65_536;

/** Settings of {@link writeReport}. */
export interface ReportOptions {
  /** HTML file to write. */
  readonly out: string;
  /** Zones, lines and calibration; default those of the run. */
  readonly areas?: AreaParameters | undefined;
  /** The video, for a frame and thumbnails; without it there are none, nor of a run that is anonymised. */
  readonly video?: string | undefined;
  /** Ends the work early: no file is left, and its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Takes what is wrong or doubtful and does not keep the report from being written. The report shows it as well. */
  readonly onNotice?: NoticeSink | undefined;
  /** Called after each frame of the video. */
  readonly onFrame?: (frames: number, total: number) => void;
}

/**
 * Writes a report of a `.trajectories.json` document: one HTML file that needs nothing else.
 *
 * @returns how many people and how many bytes
 * @throws TwintrackError when the document or the video cannot be read, zones and lines do not fit, or the file cannot be written
 *
 * @example
 * import { writeReport } from 'twintrack/report';
 *
 * const { people } = await writeReport('run1/street.trajectories.json', { out: 'report.html', video: 'street.mp4' });
 * console.log(people > 0); // true
 */
export async function writeReport(input: string, options: ReportOptions): Promise<{ people: number; bytes: number }> {
  const { out, video, signal } = options;
  const gathered = await gather(input, options);
  await refuseInputs(out, input, ...(video === undefined ? [] : [video]));
  const file = await OutputFile.create(out);
  try {
    const pictures = isPictured(gathered.header, video)
      ? await (await import('./pictures.ts')).takePictures(video, gathered.people, gathered, {
          ...options,
          reading: readingOf(gathered.header.parameters),
        })
      : undefined;
    signal?.throwIfAborted();
    const text = await renderPage({ ...gathered, pictures });
    await file.write(text);
    await file.commit();
    return { people: gathered.result.people.length, bytes: Buffer.byteLength(text) };
  } catch (error) {
    await file.abort();
    throw error;
  }
}

/** Whether the page has pictures of the video. */
function isPictured({ anonymized }: TrajectoriesHeader, video: string | undefined): video is string {
  return video !== undefined && !anonymized;
}

async function gather(
  input: string,
  { areas: wanted, video, signal, onNotice }: ReportOptions,
): Promise<Omit<ReportData, 'pictures'>> {
  const header = await readTrajectoriesHeader(input);
  const given = wanted ?? areasOfRun(header.parameters);
  const resolved = resolveAreas(given, header.source);
  const picture = resolved.picture ?? (await extentOf(input));
  const areas = { ...resolved, picture };
  const ground = given.calibration && new GroundPlane(given.calibration);
  const analysis = new Analysis(areas);
  const shown = shownSize(picture, header.source.sampleAspectRatio);
  const heat = new HeatMap(picture, HEAT_COLUMNS, shown.stretch);
  const far = new FarBoxes();
  let people: PersonRecord[] = [];
  const trajectories = streamTrajectories(input);
  let next = await trajectories.next();
  for (; !next.done; next = await trajectories.next()) {
    signal?.throwIfAborted();
    far.add(next.value);
    heat.add(next.value);
    people.push(recordOf(next.value, analysis.add(next.value), picture, ground));
    if (people.length >= 2 * MOST_PEOPLE) people = longest(people);
  }
  const listed = longest(people).sort((a, b) => a.start - b.start || a.id - b.id);
  if (isPictured(header, video)) {
    const hidden = new HiddenViews(listed);
    for await (const trajectory of streamTrajectories(input)) {
      signal?.throwIfAborted();
      hidden.add(trajectory);
    }
  }
  const found = far.notices(input);
  for (const notice of found) onNotice?.(notice);
  const notices = [...(next.value.notices ?? []), ...found];
  return {
    header,
    footer: next.value,
    notices,
    picture,
    shown,
    areas,
    result: analysis.result(),
    heat,
    people: listed,
  };
}

function longest(people: readonly PersonRecord[]): PersonRecord[] {
  const length = ({ start, end }: PersonRecord) => end - start;
  return [...people].sort((a, b) => length(b) - length(a)).slice(0, MOST_PEOPLE);
}

/** Finds boxes that lie where no picture is. */
class FarBoxes {
  #count = 0;
  #first = '';

  add({ id, frames, boxes }: Trajectory): void {
    for (let i = 0; i < frames.length; i++) {
      const [x, y, w, h] = boxes.subarray(4 * i, 4 * i + 4);
      if (Math.min(x, y) >= -FARTHEST && Math.max(x + w, y + h) <= FARTHEST) continue;
      if (this.#count++ === 0) this.#first = `person ${id} in frame ${frames[i]}: x ${x}, y ${y}, ${w} × ${h}`;
    }
  }

  notices(input: string): Notice[] {
    if (this.#count === 0) return [];
    const first = `${this.#count === 1 ? 'a box reaches' : `${this.#count} boxes reach`} beyond ${FARTHEST} pixels`;
    const place = `${this.#count === 1 ? '' : 'the first '}of ${this.#first}`;
    return [fileNotice('boxes-far', input, `${first}, ${place}; no picture does, so it is drawn at the edge`)];
  }
}

/** How far boxes reach, as far as pictures do, for a document without the size of the picture. */
async function extentOf(input: string): Promise<PictureSize> {
  let [width, height] = [1, 1];
  for await (const { boxes } of streamTrajectories(input)) {
    for (let i = 0; i < boxes.length; i += 4) {
      const [right, lower] = [Math.ceil(boxes[i] + boxes[i + 2]), Math.ceil(boxes[i + 1] + boxes[i + 3])];
      if (right <= FARTHEST) width = Math.max(width, right);
      if (lower <= FARTHEST) height = Math.max(height, lower);
    }
  }
  return { width, height };
}
