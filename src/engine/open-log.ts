import { join } from 'node:path';
import { version } from '../core/version.ts';
import { fingerprint } from '../files/fingerprint.ts';
import { isCamera } from '../video/camera/address.ts';
import { FindingLog, type FindingsOf } from './finding-log.ts';
import { describeModels, type InputOptions, type RunModels, type RunSource } from './open-run.ts';

/** Where what is found in a video is kept, given what its outputs' names begin with. */
export function logPath(out: string, name: string): string {
  return join(out, `${name}.resume`);
}

/** What is found in a video depends on this; undefined where it is not to be kept: it could not be found again, or that is no work. */
export async function findingsOf(
  input: string | undefined,
  { detector, appearance, parameters }: RunModels,
  { frameRate }: Pick<InputOptions, 'frameRate'>,
): Promise<FindingsOf | undefined> {
  if (input === undefined || isCamera(input) || input === '-' || !detector.sha256) return undefined;
  const { detection, tracking } = parameters;
  return {
    'version of twintrack': version,
    video: await fingerprint(input),
    'frame rate': frameRate,
    models: describeModels(detector, appearance),
    'detection parameter': { ...detection, cores: undefined },
    'appearance parameter': parameters.appearance,
    'tracking parameter': [tracking.lowScore, tracking.highScore, tracking.cameraMotion],
    'video parameter': parameters.video,
    'ignore area': parameters.ignore,
  };
}

/** Keeps what is found until the run is complete, where a later run could go on from it and finding it again is work. */
export async function openLog(
  name: string,
  source: RunSource,
  models: RunModels,
  options: Pick<InputOptions, 'frameRate'> & { readonly out: string; readonly resume?: boolean | undefined },
): Promise<FindingLog | undefined> {
  const of = await findingsOf(source.video?.input, models, options);
  return of && FindingLog.open(logPath(options.out, name), of, options.resume ?? false);
}
