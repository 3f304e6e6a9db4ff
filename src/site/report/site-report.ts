import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { GroundPlane } from '../../analytics/index.ts';
import { inputError, printable } from '../../core/errors.ts';
import type { NoticeSink } from '../../core/notices.ts';
import { OutputFile, refuseInputs } from '../../files/output-file.ts';
import { encodeJpegs } from '../../video/encode-stills.ts';
import { openVideo } from '../../video/index.ts';
import type { SiteRun } from '../site-json.ts';
import { type Crops, pictureSources, takeCrops } from './crops.ts';
import type { FloorPicture } from './floor-plan.ts';
import { readSiteData } from './site-data.ts';
import { renderSitePage } from './site-page.ts';

/** A picture of the floor is shown with so many pixels along its longer side, at most. */
const FLOOR_PIXELS = 1600;
const FLOOR_QUALITY = 4;

/** Settings of {@link writeSiteReport}. */
export interface SiteReportOptions {
  /** HTML file to write. */
  readonly out: string;
  /** Whether people are shown: by the patches that were saved, else by pictures of the video. Default true; never of runs that are anonymised. */
  readonly pictures?: boolean | undefined;
  /** Folder of the cameras' videos; by default they are looked for beside the trajectories. */
  readonly videos?: string | undefined;
  /** Ends the work early: no file is left, and its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Takes what is wrong or doubtful and does not keep the report from being written. The report shows it as well. */
  readonly onNotice?: NoticeSink | undefined;
  /** Called after each frame of a camera's video. */
  readonly onFrame?: (frames: number, total: number, camera: string) => void;
}

/**
 * Writes a report of what `linkSite` has found: one HTML file that needs nothing else.
 *
 * @param site the `site.json` of the site
 * @returns how many people there are, of how many there is a picture, and how many bytes the file has
 * @throws TwintrackError when the site, all of its trajectories or its pictures cannot be read, or the file cannot be written
 *
 * @example
 * import { linkSite, writeSiteReport } from 'twintrack/site';
 *
 * await linkSite(['hall.trajectories.json', 'yard.trajectories.json'], { out: 'site' });
 * const { people } = await writeSiteReport('site/site.json', { out: 'site/site.report.html' });
 * console.log(people > 0); // true
 */
export async function writeSiteReport(
  site: string,
  { out, pictures = true, videos, signal, onNotice, onFrame }: SiteReportOptions,
): Promise<{ people: number; pictured: number; bytes: number }> {
  const data = await readSiteData(site, signal);
  const floor = data.run.floor && resolve(dirname(site), data.run.floor.picture);
  const read = [site, ...data.cameras.map(({ file }) => file), ...(floor === undefined ? [] : [floor])];
  await refuseInputs(out, ...read, ...(pictures ? pictureSources(data.cameras, videos) : []));
  const shown = floor !== undefined && existsSync(floor);
  const missing = floor !== undefined && !shown;
  const notices = missing
    ? [{ code: 'floor-missing', message: `${printable(floor)}: does not exist; the floor is drawn without it` }]
    : [];
  for (const notice of [...data.notices, ...notices]) onNotice?.(notice);
  const file = await OutputFile.create(out);
  try {
    const crops: Crops = pictures ? await takeCrops(data, { videos, signal, onFrame }) : new Map();
    const plan = shown ? await readFloor(floor, data.run.floor!) : undefined;
    signal?.throwIfAborted();
    const text = await renderSitePage({ ...data, notices: [...data.notices, ...notices] }, crops, plan);
    await file.write(text);
    await file.commit();
    return { people: data.run.people.length, pictured: crops.size, bytes: Buffer.byteLength(text) };
  } catch (error) {
    await file.abort();
    throw error;
  }
}

async function readFloor(path: string, { calibration }: NonNullable<SiteRun['floor']>): Promise<FloorPicture> {
  const source = await openVideo(path, { pixels: true, maxFrames: 1 });
  try {
    for await (const { pixels, width, height } of source) {
      const part = Math.min(1, FLOOR_PIXELS / Math.max(width, height));
      const [across, down] = [width, height].map((side) => Math.max(1, Math.round(part * side)));
      const whole = { width, height, format: 'i420', colourSpace: source.info.colourSpace } as const;
      const scale = `${across}:${down}:flags=area`;
      const [jpeg] = await encodeJpegs([pixels!], whole, { scale, quality: FLOOR_QUALITY });
      return { jpeg, size: { width, height }, ground: new GroundPlane(calibration) };
    }
  } finally {
    await source.close();
  }
  throw inputError(path, 'holds no picture that can be decoded', 'give another one');
}
