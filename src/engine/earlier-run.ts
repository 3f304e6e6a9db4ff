import { existsSync, statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { redact } from '../core/errors.ts';
import { type RunDescription, readTrajectoriesHeader, streamTrajectories } from '../trajectories/index.ts';
import type { OutputFiles } from './outputs.ts';

/**
 * What the trajectories of a complete run hold besides the people; undefined where a run that is to give these files from this input is not
 * complete, used other models or parameters, or is older than the input.
 *
 * @param input path of the video
 * @param run what the trajectories are to say of the run
 */
export async function completeRun(
  input: string,
  { trajectories, ...others }: OutputFiles & Required<Pick<OutputFiles, 'trajectories'>>,
  run: RunDescription,
) {
  if (![trajectories, ...Object.values(others)].every((file) => existsSync(file))) return undefined;
  try {
    if (statSync(trajectories).mtimeMs < statSync(input).mtimeMs) return undefined;
    const { schema, version, ...left } = await readTrajectoriesHeader(trajectories);
    const asked = { ...run, source: { ...run.source, name: redact(run.source.name) } };
    if (!isDeepStrictEqual(left, JSON.parse(JSON.stringify(asked)))) return undefined;
    const parts = streamTrajectories(trajectories);
    let next = await parts.next();
    while (!next.done) next = await parts.next();
    return next.value.complete ? next.value : undefined;
  } catch {
    return undefined; // whatever it is, it is made anew
  }
}
