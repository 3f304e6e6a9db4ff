/**
 * Trajectories in other formats: csv, mot, coco, parquet, geojson.
 *
 * @module twintrack/export
 */
export { type ExportOptions, exportTrajectories, openExport } from './export.ts';
export { EXPORT_FORMATS, type ExportFormat } from './formats.ts';
export type { ExportContext, ExportWriter } from './writer.ts';
