import { inputError } from '../core/errors.ts';
import type { ExportContext, ExportFile, FormatWriter } from './writer.ts';

/** A format that trajectories can be exported in. */
export interface ExportFormat {
  /** What the names of its files end in: `.csv`. */
  readonly ending: string;
  /**
   * Begins a file: writes what stands before the trajectories, and returns what takes them.
   *
   * @throws TwintrackError when the context lacks something; no file is left then
   */
  open(file: ExportFile, context: ExportContext): FormatWriter | Promise<FormatWriter>;
}

const FORMATS = new Map<string, ExportFormat>([
  ['csv', { ending: '.csv', open: async (...to) => (await import('./csv.ts')).openCsv(...to) }],
  ['mot', { ending: '.mot.txt', open: async (file) => (await import('./mot.ts')).openMot(file) }],
  ['coco', { ending: '.coco.json', open: async (...to) => (await import('./coco.ts')).openCoco(...to) }],
  ['cvat', { ending: '.cvat.xml', open: async (...to) => (await import('./cvat.ts')).openCvat(...to) }],
  [
    'label-studio',
    { ending: '.label-studio.json', open: async (...to) => (await import('./label-studio.ts')).openLabelStudio(...to) },
  ],
  ['parquet', { ending: '.parquet', open: async (...to) => (await import('./parquet.ts')).openParquet(...to) }],
  ['geojson', { ending: '.geojson', open: async (...to) => (await import('./geojson.ts')).openGeoJson(...to) }],
]);

/** The names of the formats: those that come with twintrack, then those that were registered. */
export function exportFormats(): string[] {
  return [...FORMATS.keys()];
}

/** The format of a name. @throws TwintrackError when there is none, with the names that are known */
export function exportFormat(name: string): ExportFormat {
  const format = FORMATS.get(name);
  if (format) return format;
  throw inputError(`export format ${name}`, 'is not known', `choose one of ${exportFormats().join(', ')}`);
}

/**
 * Makes a format known to `exportTrajectories`.
 *
 * @param name what it is called in `to`; one that is known is replaced
 * @param format how its files are named and written
 *
 * @example
 * import { exportTrajectories, registerExportFormat } from 'twintrack/export';
 *
 * registerExportFormat('visits', {
 *   ending: '.visits.txt',
 *   open(file) {
 *     file.write('id from to\n');
 *     return { write: ({ id, times }) => file.write(`${id} ${times[0]} ${times.at(-1)}\n`) };
 *   },
 * });
 * await exportTrajectories('street.trajectories.json', { to: 'visits', out: 'street.visits.txt' });
 */
export function registerExportFormat(name: string, format: ExportFormat): void {
  FORMATS.set(name, format);
}
