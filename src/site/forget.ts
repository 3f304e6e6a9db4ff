import { dirname, isAbsolute, join } from 'node:path';
import { inputError } from '../core/errors.ts';
import type { TrajectoriesOfVideo } from '../search/forget.ts';
import { readSiteRun } from './site-json.ts';

/**
 * The trajectories of a person of a site in the videos of all its cameras; in some of them there may be none. The folder of the site, with
 * its contact sheets and reports, comes as a video of no trajectories.
 *
 * @param path the `site.json` that `link` wrote
 * @throws TwintrackError when it cannot be read, or has no such person
 */
export async function trajectoriesOfPerson(path: string, id: number): Promise<TrajectoriesOfVideo[]> {
  const { cameras, people } = await readSiteRun(path);
  const person = people.find((one) => one.id === id);
  if (!person) {
    const known = people.length > 0 ? `its people are 1 to ${people.length}` : 'it is of no people';
    throw inputError(path, `has no person ${id}`, known);
  }
  const videos = cameras.map(({ name, trajectories, start, offset }) => {
    const ids = new Set(person.tracklets.filter(({ camera }) => camera === name).map((tracklet) => tracklet.id));
    const kept = people
      .filter((one) => one !== person)
      .flatMap(({ tracklets }) => tracklets.filter((tracklet) => tracklet.camera === name && ids.has(tracklet.id)))
      .map(({ id, from, to }) => ({ id, from: from - start - offset, to: to - start - offset }));
    const file = isAbsolute(trajectories) ? trajectories : join(dirname(path), trajectories);
    return { stem: file.replace(/\.trajectories\.json$/, ''), ids, kept };
  });
  return [...videos, { stem: join(dirname(path), 'site'), ids: new Set() }];
}
