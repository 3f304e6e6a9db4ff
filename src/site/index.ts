/**
 * One person over several cameras.
 *
 * @module twintrack/site
 */
export { readSite, type Site, type SiteCamera, type SiteLink, type SitePlace } from './site-file.ts';
