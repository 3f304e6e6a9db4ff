/**
 * Search for a person in the patches that a run has saved (`savePatches`).
 *
 * @module twintrack/search
 *
 * @example
 * await trackVideo('street.mp4', { out: 'run1', savePatches: true });
 * for (const { id, similarity, from, to } of await searchRun('guest.jpg', 'run1')) console.log(id, similarity, from, to);
 */
export { type SheetRow, writeContactSheet } from './contact-sheet.ts';
export { type FoundTrajectory, searchRun } from './search-run.ts';
