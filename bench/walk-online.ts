/** Drives the on-line linker with a simulated site, picture by picture. */
import { Gallery } from '../src/appearance/gallery.ts';
import { OnlineLinker } from '../src/site/online/online-linker.ts';
import type { Seen } from '../src/site/online/stay.ts';
import { waysOf } from '../src/site/ways-of-site.ts';
import type { Clothes, SimulatedSite } from './site-simulation.ts';

/** Seconds between two pictures of a camera. */
const STEP = 0.25;
/** Seconds after which a tracklet has its patches, as the embedding stage embeds them. */
const PATCH_SECONDS = [0, 0.5, 3.5, 6.5, 9.5, 12.5, 15.5, 18.5];

/** @returns of each tracklet the person that it is said to be in the end */
export function walkOnline(
  wear: Clothes,
  site: SimulatedSite,
  ahead: readonly number[] = [],
  remember = 3600,
): number[] {
  const { tracklets, cameraCount } = site;
  const { dimensions } = wear.model;
  const cameras = Array.from({ length: cameraCount }, (_, c) => ({ name: `${c}` }));
  const linker = new OnlineLinker(
    { cameraCount, ways: waysOf(cameras, undefined), areas: () => [], room: () => 1920 * 1080 },
    remember,
  );
  linker.compareBy(wear.model);
  const galleries = tracklets.map(() => new Gallery(dimensions, Number.POSITIVE_INFINITY));
  const said = new Array<number>(tracklets.length).fill(0);
  const of = cameras.map((_, camera) => [...tracklets.keys()].filter((t) => tracklets[t].camera === camera));
  const end = Math.max(...tracklets.map(({ to }) => to)) + 60;
  for (let time = 0; time < end; time += STEP)
    for (const [camera, own] of of.entries()) {
      const at = time + (ahead[camera] ?? 0);
      const seen: Seen[] = [];
      for (const t of own) {
        const { from, to, embeddings, qualities, first, last } = tracklets[t];
        if (from > at || to < at) continue;
        const gallery = galleries[t];
        const next = gallery.length;
        if (next < qualities.length && at - from >= PATCH_SECONDS[next])
          gallery.add(embeddings, next, qualities[next], at);
        const part = (at - from) / (to - from);
        const [x, y] = (['x', 'y'] as const).map((axis) => first![axis] + part * (last![axis] - first![axis]));
        const { height } = first!;
        seen.push({ id: t + 1, by: [{ camera, box: Float64Array.of(x - 40, y - height / 2, 80, height), gallery }] });
      }
      for (const { id, person } of linker.take(camera, at, seen)) said[id - 1] = person ?? 0;
    }
  return said;
}
