/**
 * Trajectories in other formats: CSV, MOT, COCO, Parquet, GeoJSON, and those you register.
 *
 * @module twintrack/export
 */
export { type ExportFormatName, type ExportOptions, exportTrajectories, openExport } from './export.ts';
export { type ExportFormat, exportFormats, registerExportFormat } from './formats.ts';
export type { ExportContext, ExportFile, ExportWriter, FormatWriter } from './writer.ts';
