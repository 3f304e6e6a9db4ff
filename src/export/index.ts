export { EXPORT_FORMATS, type ExportFormat, type ExportOptions, exportTrajectories, openExport } from './export.ts';
export type { ExportContext, ExportWriter } from './writer.ts';
