export { findVideo, type ReportOptions, writeReport } from './report.ts';
