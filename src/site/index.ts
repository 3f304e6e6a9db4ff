/**
 * One person over several cameras.
 *
 * @module twintrack/site
 */
export type { FloorCameraSetup } from './floor/camera.ts';
export { type FloorParameters, floorParameters } from './floor/parameters.ts';
export { FloorTracker } from './floor/tracker.ts';
export type { FloorPersonState, FloorStep, FloorView } from './floor/view.ts';
export { type LinkOptions, linkSite } from './link-site.ts';
export { type SiteReportOptions, writeSiteReport } from './report/site-report.ts';
export { type FoundPerson, searchSite } from './search-site.ts';
export { readSite, type Site, type SiteCamera, type SiteLink, type SitePlace } from './site-file.ts';
export type { SiteRun } from './site-json.ts';
