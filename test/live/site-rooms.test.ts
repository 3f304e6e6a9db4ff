import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { iou } from '../../src/core/geometry.ts';
import type { SitePersonEvent } from '../../src/live/index.ts';
import { readTrajectories } from '../../src/trajectories/index.ts';
import { start } from '../commands/cli.ts';
import { trackedClip } from '../footage/people.ts';
import { endAll, folder, needing, TestCamera } from './rig.ts';

afterEach(endAll);

/** Two parts of the sample that do not overlap: people leave one and come into the other a few seconds later. */
const VIEWS = [
  { name: 'west', left: 0 },
  { name: 'east', left: 448 },
];
const WIDTH = 320;
/** Frames of the sample that are played, and how many a second. In these a dozen people go from one part to the other. */
const FIRST = 140;
const FRAMES = 270;
const FPS = 4;

interface Walk {
  readonly camera: string;
  readonly person: number;
  /** Who it is in the whole picture. */
  readonly truth: number;
  readonly from: number;
  readonly to: number;
}

/** What was tracked in a camera for a second or more, with who it was in the whole picture, mostly. */
async function walksOf(out: string, camera: TestCamera, { name, left }: (typeof VIEWS)[number], truth: string) {
  const whole = (await readTrajectories(truth)).trajectories;
  const events: SitePersonEvent[] = readFileSync(join(out, name, 'events.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const walks: Walk[] = [];
  for (const file of readdirSync(join(out, name)).filter((each) => each.endsWith('.trajectories.json'))) {
    const { trajectories, source } = await readTrajectories(join(out, name, file));
    const began = Date.parse(source.startedAt!) / 1000;
    for (const { id, times, boxes } of trajectories) {
      const votes = new Map<number, number>();
      for (const [i, time] of times.entries()) {
        const frame = camera.frameAt(began + time + 0.5 / FPS) - FIRST;
        const [x, ...rest] = boxes.subarray(4 * i, 4 * i + 4);
        const box = Float64Array.of(x + left, ...rest);
        for (const other of whole) {
          const at = other.frames.indexOf(frame);
          if (at >= 0 && iou(box, 0, other.boxes, at) > 0.4) votes.set(other.id, (votes.get(other.id) ?? 0) + 1);
        }
      }
      const [best] = [...votes].sort((a, b) => b[1] - a[1]);
      const person = events.filter((event) => event.event.startsWith('person') && event.id === id).at(-1)?.person;
      if (!best || best[1] < FPS || !person) continue;
      const [from, to] = [began + times[0], began + times[times.length - 1]];
      walks.push({ camera: name, person, truth: best[0], from, to });
    }
  }
  return walks;
}

describe('a site of two cameras that do not overlap', needing('camera'), () => {
  it('knows people again who come from one into the other', async () => {
    const { files } = await trackedClip(folder(), 'whole.mp4', {
      seconds: (FIRST + FRAMES) / 7,
      filter: `trim=start_frame=${FIRST},setpts=PTS-STARTPTS`,
    });
    const cameras = await Promise.all(
      VIEWS.map(({ left }) => TestCamera.make({ filter: `crop=${WIDTH}:576:${left}:0`, fps: FPS })),
    );
    for (const camera of cameras) camera.epoch = Date.now() / 1000 - FIRST / FPS;
    for (const camera of cameras) await camera.start();
    const out = folder();
    const config = join(folder(), 'cameras.yaml');
    const site = join(folder(), 'site.yaml');
    const listed = cameras.map((camera, i) => ({ name: VIEWS[i].name, url: camera.url() }));
    writeFileSync(config, JSON.stringify({ cameras: listed }));
    writeFileSync(site, JSON.stringify({ cameras: { west: null, east: null } }));
    const streamed = start(['stream', '--config', config, '--site', site, '--out', out, '--port', '0']);
    await sleep((1000 * FRAMES) / FPS);
    process.kill(streamed.pid, 'SIGTERM');
    expect((await streamed.ended).status).toBe(0);

    const both = await Promise.all(VIEWS.map((view, i) => walksOf(out, cameras[i], view, files.trajectories!)));
    const walks = both.flat().sort((a, b) => a.from - b.from);
    for (const [i, a] of walks.entries())
      for (const b of walks.slice(0, i))
        if (a.person === b.person && a.camera !== b.camera) expect(a.from).toBeGreaterThan(b.to);
    let [right, wrong] = [0, 0];
    for (const [i, walk] of walks.entries()) {
      const before = walks.slice(0, i);
      const same = before.filter(({ person }) => person === walk.person).at(-1);
      if (same?.truth === walk.truth) right++;
      else if (same) wrong++;
    }
    expect(walks.length).toBeGreaterThan(5);
    expect(right).toBeGreaterThan(wrong);
  }, 600_000);
});
