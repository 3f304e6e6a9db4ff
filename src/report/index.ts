/**
 * One HTML page of who was where, when and for how long.
 *
 * @module twintrack/report
 */
export { type DaysReportOptions, writeDaysReport } from './days/days.ts';
export { type PlayerOptions, writePlayer } from './player.ts';
export { type ReportOptions, writeReport } from './report.ts';
