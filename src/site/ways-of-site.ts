import type { Site, SitePlace } from './site-file.ts';
import type { Tracklet } from './tracklet.ts';
import type { WayDescription } from './ways.ts';

/** A way with the names of its ends. */
export interface NamedWay extends WayDescription {
  readonly name: readonly [from: string, to: string];
}

/** The ways of a site and where people get from one to the other. */
export interface SiteWays {
  readonly ways: readonly NamedWay[];
  /** Where links begin and end: what `entries` and `exits` of tracklets count. */
  readonly places: readonly SitePlace[];
  /** Directions that may lead from one tracklet to another. */
  directions(earlier: Pick<Tracklet, 'camera' | 'exits'>, later: Pick<Tracklet, 'camera' | 'entries'>): number[];
}

/**
 * The ways of a site: its links; and without links from each camera to each other. People also come back to the camera that lost
 * them, and by links may come from any camera to any, since one in between may have missed them.
 */
export function waysOf(cameras: readonly { readonly name: string }[], site: Site | undefined): SiteWays {
  const links = (site?.links ?? []).filter((link) =>
    [link.from, link.to].every(({ camera }) => cameras.some(({ name }) => name === camera)),
  );
  const number = (name: string) => cameras.findIndex((camera) => camera.name === name);
  const places = links.flatMap(({ from, to }) => [from, to]);
  const ways: NamedWay[] = links.map(({ from, to, seconds }) => ({
    ...{ from: number(from.camera), to: number(to.camera), seconds, direct: true },
    name: [nameOf(from), nameOf(to)],
  }));
  const between = new Map<string, number>();
  for (let from = 0; from < cameras.length; from++)
    for (let to = from; to < cameras.length; to++) {
      between.set(`${from} ${to}`, 2 * ways.length);
      if (from !== to) between.set(`${to} ${from}`, 2 * ways.length + 1);
      ways.push({ from, to, direct: from === to || links.length === 0, name: [cameras[from].name, cameras[to].name] });
    }
  const directions: SiteWays['directions'] = (earlier, later) => {
    const found = [between.get(`${earlier.camera} ${later.camera}`)!];
    for (let link = 0; link < links.length; link++)
      for (const back of [0, 1]) {
        const leaves = earlier.exits?.includes(2 * link + back);
        if (leaves && later.entries?.includes(2 * link + 1 - back)) found.push(2 * link + back);
      }
    return found;
  };
  return { ways, places, directions };
}

export function nameOf({ camera, area }: SitePlace): string {
  return area === undefined ? camera : `${camera}.${area}`;
}
