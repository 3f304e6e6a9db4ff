import { dirname, join, resolve } from 'node:path';
import type { Verdict } from '../appearance/calibration.ts';
import { readPatch } from '../appearance/picture.ts';
import { PATCHES_ENDING, type PatchIndex, readEmbeddings } from '../search/index-file.ts';
import { loadModelOf } from '../search/load-model.ts';
import { rank } from '../search/ranking.ts';
import type { SearchOptions } from '../search/search-run.ts';
import { pieceAt } from './read-cameras.ts';
import { readSiteRun, SITE_JSON } from './site-json.ts';

/** Times of a site are rounded to a thousandth of a second. */
const ROUNDED = 0.001;

/** A person of a site who was compared with a picture. */
export interface FoundPerson {
  readonly id: number;
  /** Probability, 0..1, that it is the person of the picture, of as many candidates as there are. */
  readonly similarity: number;
  readonly verdict: Verdict;
  /** First and last time in seconds by the clock of the site. */
  readonly from: number;
  readonly to: number;
  /** Names of the cameras that saw the person, by time. */
  readonly cameras: readonly string[];
  /** Paths of the patches, most alike first; of runs that have saved them. */
  readonly patches: readonly string[];
}

/**
 * Which of the people of a site a picture shows, most probable first: each is compared by the patches of all cameras.
 *
 * @param picture file with a picture of one person
 * @param folder that `twintrack link` wrote to; the embeddings of its runs must still be there
 * @throws TwintrackError when the picture or the results cannot be read, or the network that made the embeddings is not there any more
 */
export async function searchSite(
  picture: string,
  folder: string,
  { cameras }: SearchOptions = {},
): Promise<FoundPerson[]> {
  const site = await readSiteRun(join(folder, SITE_JSON));
  const patches = new Map<string, Map<number, PatchIndex['trajectories'][number]['patches']>>();
  let index: Awaited<ReturnType<typeof readEmbeddings>> | undefined;
  const pieces = new Map<string, number[]>(); // when the tracklets of a trajectory begin
  for (const { camera, id, from } of site.people.flatMap(({ tracklets }) => tracklets).sort((a, b) => a.from - b.from))
    pieces.set(`${id} ${camera}`, [...(pieces.get(`${id} ${camera}`) ?? []), from]);
  for (const { name, trajectories, start, offset } of site.cameras) {
    const path = resolve(folder, trajectories);
    index = await readEmbeddings(path);
    const at = path.replace(/\.trajectories\.json$/, PATCHES_ENDING);
    const own = index.trajectories.map(
      ({ id, patches }) =>
        [
          id,
          patches.map(({ file, time, ...patch }) => ({
            ...patch,
            time: time + start + offset,
            file: file ? join(at, file) : '',
          })),
        ] as const,
    );
    patches.set(name, new Map(own));
  }
  if (!index) return [];
  const people = site.people.flatMap(({ id, from, to, tracklets }) => {
    const own = tracklets.flatMap(({ camera, id: of, from: since }) =>
      (patches.get(camera)?.get(of) ?? []).filter(
        ({ time }) => pieceAt(pieces.get(`${of} ${camera}`)!, time + ROUNDED) === since,
      ),
    );
    return own.length > 0 ? [{ id, from, to, patches: own }] : [];
  });
  const patch = await readPatch(picture);
  const model = await loadModelOf(index, dirname(resolve(folder, site.cameras[0].trajectories)));
  try {
    const query = await model.embed(patch);
    const seenBy = new Map(site.people.map(({ id, tracklets }) => [id, [...new Set(tracklets.map((t) => t.camera))]]));
    return rank({ ...index, trajectories: people }, model, query, { cameras }).map((one) => ({
      ...one,
      cameras: seenBy.get(one.id) ?? [],
      patches: one.patches.filter((path) => path !== ''),
    }));
  } finally {
    await model.close();
  }
}
