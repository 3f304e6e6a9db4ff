import { join } from 'node:path';
import { version } from '../core/version.ts';
import { fingerprint } from '../files/fingerprint.ts';
import { makeFolder } from '../files/make-folder.ts';
import { isCamera } from '../video/camera/address.ts';
import { FindingLog } from './finding-log.ts';
import { describeModels, type InputOptions, type RunModels, type RunSource } from './open-run.ts';

/** Keeps what is found until the run is complete, where a later run could go on from it and finding it again is work. */
export async function openLog(
  name: string,
  { info, video }: RunSource,
  { detector, appearance, parameters }: RunModels,
  {
    out,
    frameRate,
    resume = false,
  }: Pick<InputOptions, 'frameRate'> & { readonly out: string; readonly resume?: boolean | undefined },
): Promise<FindingLog | undefined> {
  if (!video || isCamera(info.input) || info.input === '-' || !detector.sha256) return undefined;
  const { detection, tracking } = parameters;
  const of = {
    'version of twintrack': version,
    video: await fingerprint(info.input),
    'frame rate': frameRate,
    models: describeModels(detector, appearance),
    'detection parameter': { ...detection, cores: undefined },
    'appearance parameter': parameters.appearance,
    'tracking parameter': [tracking.lowScore, tracking.highScore, tracking.cameraMotion],
    'video parameter': parameters.video,
    'ignore area': parameters.ignore,
  };
  await makeFolder(out);
  return FindingLog.open(join(out, `${name}.resume`), of, resume);
}
