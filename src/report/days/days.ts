import type { AreaParameters } from '../../analytics/index.ts';
import type { Notice, NoticeSink } from '../../core/notices.ts';
import { TimeZone } from '../../core/time-zone.ts';
import { OutputFile, refuseInputs } from '../../files/output-file.ts';
import type { LakeRange } from '../../lake/index.ts';
import type { Store } from '../../store/store.ts';
import type { TrajectoriesHeader } from '../../trajectories/index.ts';
import { DaysData } from './days-data.ts';
import { renderDays } from './days-page.ts';
import { gatherFiles, gatherLake } from './gather.ts';

/** Settings of {@link writeDaysReport}. */
export interface DaysReportOptions {
  /** HTML file to write. */
  readonly out: string;
  /** By whose clocks days and hours are told, such as `Europe/Berlin`; default the zone of this machine. */
  readonly timeZone?: string | undefined;
  /** Which part of a store is shown. */
  readonly range?: LakeRange | undefined;
  /** Zones and lines of a file; default those of the run. */
  readonly areasOf?: ((header: TrajectoriesHeader) => Promise<AreaParameters>) | undefined;
  /** Ends the work early: no file is left, and its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Takes what is doubtful. The report shows it as well. */
  readonly onNotice?: NoticeSink | undefined;
  /** Called with the files that are read or fetched. */
  readonly onFile?: ((done: number, total: number) => void) | undefined;
}

/**
 * Writes a report over many files and days, or of what a store has of them: one HTML file with the times of the clock.
 *
 * @param from `.trajectories.json` documents, or a store with a lake
 * @returns visits, people and bytes
 * @throws TwintrackError when something cannot be read, a document does not say when its source began, or the file cannot be written
 *
 * @example
 * import { writeDaysReport } from 'twintrack/report';
 *
 * const { visits } = await writeDaysReport(['door.trajectories.json'], { out: 'days.report.html', timeZone: 'Europe/Berlin' });
 * console.log(visits > 0); // true
 */
export async function writeDaysReport(
  from: readonly string[] | Store,
  options: DaysReportOptions,
): Promise<{ visits: number; people: number; bytes: number }> {
  const { out, timeZone, range = {}, signal, onFile } = options;
  const data = new DaysData(new TimeZone(timeZone));
  const files = 'list' in from ? [] : from;
  await refuseInputs(out, ...files);
  const file = await OutputFile.create(out);
  try {
    let notices: Notice[] = [];
    if ('list' in from) await gatherLake(data, from, { ...range, signal, onFetch: onFile });
    else notices = await gatherFiles(data, from, options);
    signal?.throwIfAborted();
    const text = await renderDays(data, notices);
    await file.write(text);
    await file.commit();
    const visits = data.all.hours().reduce((sum, hour) => sum + hour.visits, 0);
    return { visits, people: data.all.people, bytes: Buffer.byteLength(text) };
  } catch (error) {
    await file.abort();
    throw error;
  }
}
