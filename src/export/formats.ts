/** The formats, with what their files' names end in. */
export const EXPORT_FORMATS = {
  csv: '.csv',
  mot: '.mot.txt',
  coco: '.coco.json',
  parquet: '.parquet',
  geojson: '.geojson',
} as const;

/** Name of an export format. */
export type ExportFormat = keyof typeof EXPORT_FORMATS;
