/**
 * One person over several cameras.
 *
 * @module twintrack/site
 */
export { type LinkOptions, linkSite } from './link-site.ts';
export { readSite, type Site, type SiteCamera, type SiteLink, type SitePlace } from './site-file.ts';
export type { SiteRun } from './site-json.ts';
