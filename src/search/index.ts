/**
 * Search for a person in the patches that a run has saved (`savePatches`), and read these patches.
 *
 * @module twintrack/search
 */
export { type SheetRow, writeContactSheet } from './contact-sheet.ts';
export { findPatches, type PatchIndex, readPatchIndex } from './index-file.ts';
export { type FoundTrajectory, type SearchOptions, searchRun } from './search-run.ts';
