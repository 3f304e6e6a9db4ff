/**
 * Trajectories of many files and days: a lake of Parquet files in a folder or a bucket, and questions to it in SQL.
 *
 * @module twintrack/lake
 */
export { openStore, type Store } from '../store/store.ts';
export { addToLake, type LakeAddition, type LakeOptions } from './add.ts';
export { Lake, type LakeAnswer, type LakeQueryOptions } from './lake.ts';
export type { LakeRange } from './range.ts';
export type { LakeValue } from './values.ts';
