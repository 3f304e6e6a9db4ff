/**
 * One person over several cameras.
 *
 * @module twintrack/site
 */
export type { FloorCameraSetup } from './floor/camera.ts';
export { type FloorParameters, floorParameters } from './floor/parameters.ts';
export { type FloorPersonState, type FloorStep, FloorTracker, type FloorView } from './floor/tracker.ts';
export { readSite, type Site, type SiteCamera, type SiteLink, type SitePlace } from './site-file.ts';
