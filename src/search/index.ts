/**
 * Looking for a person by a picture, among the patches of trajectories.
 */
export { type Found, searchRun } from './search-run.ts';
