export { type ReportOptions, writeReport } from './report.ts';
