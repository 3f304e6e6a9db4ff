import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrackedFrame } from '../../src/core/tracked-frame.ts';
import { type TrackedPeople, track } from '../../src/engine/track.ts';
import { SILENT } from '../../src/live/monitoring/log.ts';
import { SitePeople } from '../../src/live/site/site-people.ts';
import { readSite } from '../../src/site/index.ts';
import { now } from '../../src/video/camera/clock.ts';
import { SAMPLE } from '../commands/cli.ts';
import { boxInSample, calibrations, inBoth, VIEWS, type View } from '../street-views.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { runFfmpeg } from '../video/clips.ts';

const FRAMES = 140;
const folder = temporaryFolder();

/** The people whom a view shows, frame by frame, as a live camera would follow them. */
async function follow({ name, filter }: View): Promise<TrackedPeople[]> {
  const clip = join(folder, `${name}.mp4`);
  const encoding = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '16'];
  runFfmpeg('-i', SAMPLE, '-frames:v', `${FRAMES}`, '-vf', filter, ...encoding, clip);
  const frames: TrackedPeople[] = [];
  for await (const frame of track(clip)) frames.push(frame);
  return frames;
}

const followed = await Promise.all(VIEWS.map(async (view) => ({ view, frames: await follow(view) })));

/**
 * Gives the people of both views to a site as cameras do.
 *
 * @param comes whether a frame of a view is not dropped
 * @returns how many people both views show beyond doubt, how many of them have an id in both, and how many one and the same
 */
async function fuse(comes: (view: number, frame: number) => boolean) {
  const path = join(folder, 'site.yaml');
  writeFileSync(path, JSON.stringify({ cameras: calibrations() }));
  const setup = { site: await readSite(path), out: temporaryFolder(), log: SILENT, onEvent: () => {} };
  const site = await SitePeople.open(setup);
  const start = now();
  let [shown, both, one] = [0, 0, 0];
  for (let i = 0; i < FRAMES; i++) {
    const there = followed.filter((_, v) => comes(v, i));
    for (const { view, frames } of there) site.take(view.name, atTime(frames[i], start), view);
    if (there.length < followed.length) continue;
    const [west, east] = there.map(({ view, frames }) =>
      frames[i].people.map(({ id, box }) => ({
        person: site.personOf(view.name, id) ?? null,
        box: boxInSample(view, Float64Array.from(box), 0),
      })),
    );
    for (const [{ person }, { person: again }] of inBoth(west, east)) {
      shown++;
      if (person === null || again === null) continue;
      both++;
      if (person === again) one++;
    }
  }
  await site.close();
  return { shown, both, one };
}

function atTime({ index, time, people }: TrackedPeople, start: number): TrackedFrame {
  return {
    ...{ index, time: start + time, length: people.length },
    ids: Int32Array.from(people, ({ id }) => id),
    boxes: Float64Array.from(people.flatMap(({ box }) => [...box])),
    scores: Float32Array.from(people, ({ score }) => score),
    detected: new Uint8Array(people.length).fill(1),
  };
}

describe('two cameras that see one floor have one id for a person', () => {
  it('when all their frames come', async () => {
    const { shown, both, one } = await fuse(() => true);
    expect(both).toBeGreaterThan(400);
    expect(both / shown).toBeGreaterThanOrEqual(0.95);
    expect(one / both).toBeGreaterThanOrEqual(0.98);
  });

  it('when one of them drops every other frame, and the other every third', async () => {
    const { shown, both, one } = await fuse((view, frame) => frame % (2 + view) !== 0);
    expect(both).toBeGreaterThan(100);
    expect(both / shown).toBeGreaterThanOrEqual(0.9);
    expect(one / both).toBeGreaterThanOrEqual(0.95);
  });
});
