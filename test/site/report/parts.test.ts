import { html } from 'hono/html';
import { describe, expect, it } from 'vitest';
import { GroundPlane } from '../../../src/analytics/index.ts';
import { Times } from '../../../src/report/time.ts';
import { cameraColours } from '../../../src/site/report/camera-colours.ts';
import { cameraGraph } from '../../../src/site/report/camera-graph.ts';
import { areaSeen, boundsOf } from '../../../src/site/report/floor-area.ts';
import { FloorPath } from '../../../src/site/report/floor-path.ts';
import { floorPlan } from '../../../src/site/report/floor-plan.ts';
import { lengthOf, type ReportCamera, type SiteData } from '../../../src/site/report/site-data.ts';
import { timeLine } from '../../../src/site/report/time-line.ts';
import { camerasInOrder, lanesOf, seenByBoth, timesSeen, walksBetween } from '../../../src/site/report/walks.ts';
import type { SiteRun } from '../../../src/site/site-json.ts';

/** A person with these tracklets: camera, from, to. */
function person(...tracklets: [camera: string, from: number, to: number][]) {
  return { tracklets: tracklets.map(([camera, from, to], i) => ({ camera, id: i + 1, from, to })) };
}

const WALKER = person(['hall', 0, 10], ['yard', 16, 20], ['hall', 25, 30]);
/** Whom the hall sees all the time, and the yard twice meanwhile. */
const SEEN_TWICE = person(['hall', 0, 30], ['yard', 5, 10], ['yard', 12, 34], ['gate', 40, 41]);

describe('walks between cameras', () => {
  it('take the time in which no camera sees a person', () => {
    const other = person(['hall', 50, 60], ['yard', 64, 70]);
    expect(walksBetween([WALKER, other, SEEN_TWICE])).toEqual([
      { from: 'hall', to: 'yard', people: 2, seconds: [4, 6] },
      { from: 'yard', to: 'hall', people: 1, seconds: [5] },
      { from: 'yard', to: 'gate', people: 1, seconds: [6] },
    ]);
  });

  it('are none where a camera sees the person again, and count each time', () => {
    expect(walksBetween([person(['hall', 0, 1], ['hall', 5, 6])])).toEqual([]);
    const often = person(['hall', 0, 1], ['yard', 3, 4], ['hall', 5, 6], ['yard', 7, 8]);
    expect(walksBetween([often])[0]).toEqual({ from: 'hall', to: 'yard', people: 1, seconds: [1, 2] });
  });

  it('leave out whom two cameras see at once, who are counted', () => {
    expect(seenByBoth([WALKER, SEEN_TWICE], ['hall', 'yard', 'gate'])).toEqual([
      { cameras: ['hall', 'yard'], people: 1 },
    ]);
  });
});

describe('the tracklets of a person', () => {
  it('have sub-rows in which none is at the same time as another', () => {
    expect(lanesOf(SEEN_TWICE.tracklets)).toEqual([0, 1, 1, 0]);
    expect(lanesOf(WALKER.tracklets)).toEqual([0, 0, 0]);
  });

  it('name cameras in order, and the time seen', () => {
    expect(camerasInOrder(SEEN_TWICE)).toEqual(['hall', 'yard', 'gate']);
    expect(camerasInOrder(WALKER)).toEqual(['hall', 'yard', 'hall']);
    expect(timesSeen(SEEN_TWICE)).toEqual([
      { start: 0, end: 34 },
      { start: 40, end: 41 },
    ]);
  });
});

describe('a path on the floor', () => {
  it('is one where two cameras see the person at once, nearer to the one that knows better', () => {
    const path = new FloorPath();
    // four pictures in the first half second, at x = 1 on average; the other camera takes one, three times as sure
    path.add(Float64Array.of(0, 0.1, 0.2, 0.3), Float64Array.of(0, 0, 2, 0, 0, 0, 2, 0), new Float64Array(4).fill(1));
    path.add(Float64Array.of(0.2, 0.7), Float64Array.of(3, 4, 3, 8), Float64Array.of(3, 3));
    const [part, ...others] = path.parts();
    expect(others).toEqual([]);
    expect([...part.times]).toEqual([0.25, 0.75]);
    expect([...part.feet]).toEqual([2.5, 3, 3, 8]);
  });

  it('is broken where no camera sees the person for more than two seconds, and has no length there', () => {
    const path = new FloorPath();
    path.add(
      Float64Array.of(0, 0.5, 1, 3, 10),
      Float64Array.of(0, 0, 1, 0, Number.NaN, Number.NaN, 1, 5, 9, 9),
      new Float64Array(5).fill(1),
    );
    const parts = path.parts();
    expect(parts.map(({ feet }) => [...feet])).toEqual([
      [0, 0, 1, 0],
      [1, 5],
      [9, 9],
    ]);
    expect(lengthOf(parts)).toBe(1);
    expect(lengthOf([])).toBeUndefined();
  });
});

/** A camera that looks straight down, 100 pixels a metre, its picture with x to the right and y to the back. */
const DOWN = Float64Array.of(0.01, 0, 0, 0, -0.01, 4.8, 0, 0, 1);
const BOUNDS = { left: -1, right: 4, low: -1, high: 3 };

describe('what a camera sees of the floor', () => {
  it('is its picture within bounds', () => {
    expect([...areaSeen(DOWN, { width: 640, height: 480 }, BOUNDS)].map((v) => Math.round(100 * v) / 100)).toEqual([
      4, 3, 4, 0, 0, 0, 0, 3,
    ]);
    expect(areaSeen(DOWN, { width: 640, height: 480 }, { left: 10, right: 12, low: 0, high: 3 })).toHaveLength(0);
  });

  it('ends at the horizon', () => {
    // the horizon is at y = 100; what is y pixels below it is 1000 / y metres away
    const slanted = Float64Array.of(1, 0, -320, 0, 0, 1000, 0, 1, -100);
    const area = areaSeen(slanted, { width: 640, height: 480 }, { left: -50, right: 50, low: 0, high: 20 });
    const depths = [...area].filter((_, i) => i % 2 === 1);
    expect(Math.max(...depths)).toBeCloseTo(20, 9);
    expect(Math.min(...depths)).toBeCloseTo(1000 / 380, 9);
  });

  it('is shown with nearly all people and all points of calibrations, and room around them', () => {
    const people = Array.from({ length: 200 }, (_, i) => [i === 0 ? -1000 : i === 199 ? 1000 : 5, 5]).flat();
    expect(boundsOf(people, [0, 0, 40, 10])).toEqual({ left: -2, right: 42, low: -2, high: 12 });
    expect(boundsOf([], [0, 0, 2, 4])).toEqual({ left: -1, right: 3, low: -1, high: 5 });
  });
});

/** Corners of a picture of 640 × 480 that shows 8 × 6 m; `up` says whether metres count to the top of it. */
function ground(up: boolean): GroundPlane {
  const corners = [
    [0, 0],
    [640, 0],
    [640, 480],
    [0, 480],
  ] as const;
  const points = corners.map(([x, y]) => ({
    image: [x, y] as [number, number],
    ground: [x / 80, up ? 6 - y / 80 : y / 80] as [number, number],
  }));
  return new GroundPlane({ unit: 'metres', points });
}

function siteData(up: boolean, people: ReturnType<typeof person>[] = []): SiteData {
  const camera: ReportCamera = {
    ...{ name: 'hall', file: 'hall.trajectories.json', header: undefined, shift: 0, ground: ground(up) },
    picture: { width: 640, height: 480 },
  };
  const points = [
    { image: [0, 0] as [number, number], ground: [0, 0] as [number, number] },
    { image: [640, 480] as [number, number], ground: [8, 6] as [number, number] },
  ];
  const run: SiteRun = {
    ...{ schema: 'twintrack/site', version: 1, generator: 'twintrack', ways: [], notices: [] },
    cameras: ['hall', 'yard'].map((name) => ({
      ...{ name, source: '', trajectories: '', start: 0, offset: 0 },
      calibration: { unit: 'metres', points },
    })),
    people: people.map((one, i) => ({ id: i + 1, from: 0, to: 0, ...one })),
  };
  const shown = run.people.map((one) => ({ ...one, seconds: 0, path: new FloorPath(), views: new Map() }));
  return { run, cameras: [camera], people: shown, notices: [], begin: 0, end: 40 };
}

describe('the plan of the floor', () => {
  it('shows the floor from above, whichever way its y axis points', async () => {
    for (const up of [true, false]) {
      const data = siteData(up, [WALKER]);
      const path = { times: Float64Array.of(0, 1), feet: Float64Array.of(0, up ? 6 : 0, 8, up ? 0 : 6) };
      const plan = floorPlan(data, new Map([[data.people[0], [path]]]), undefined, ['red']);
      // 8 × 6 m and 1 m around it: 100 units a metre
      expect(plan?.view).toBe('0 0 1000 800');
      const page = String(await html`${plan?.markup}`);
      expect(page).toContain('<path d="M100 100 900 700"/>'); // from the upper left to the lower right, as in the picture
      expect(page).toContain('points="100 100 900 100 900 700 100 700"');
      expect(page).toContain('a square of the grid is 1 m wide');
      expect(page).toMatch(/<span class="middle" style="left:50.0%;top:87.5%;--colour:red">hall</);
    }
  });

  it('has dashes where a person was not seen', async () => {
    const data = siteData(false, [WALKER]);
    const part = (x: number) => ({ times: Float64Array.of(x), feet: Float64Array.of(x, 1) });
    const plan = floorPlan(data, new Map([[data.people[0], [part(1), part(5)]]]), undefined, ['red']);
    expect(String(await html`${plan?.markup}`)).toContain(
      '<path d="M200 200 200 200M600 200 600 200"/><path class="unseen" d="M200 200 600 200"/>',
    );
  });

  it('lies on a picture, in its pixels', async () => {
    const data = siteData(false, [WALKER]);
    const picture = { jpeg: Buffer.from('x'), size: { width: 640, height: 480 }, ground: ground(false) };
    const path = { times: Float64Array.of(0, 1), feet: Float64Array.of(1, 1, 2, 3) };
    const plan = floorPlan(data, new Map([[data.people[0], [path]]]), picture, ['red']);
    expect(plan?.view).toBe('0 0 640 480');
    expect(String(await html`${plan?.markup}`)).toContain('<path d="M80 80 160 240"/>');
  });
});

describe('the time line', () => {
  it('has a bar for each tracklet, in sub-rows where they are at the same time', async () => {
    const data = siteData(true, [WALKER, SEEN_TWICE]);
    data.people[0].tracklets[1].confidence = 0.934;
    const page = String(await html`${timeLine(data, new Times(undefined), ['red', 'blue'])}`);
    expect(page).toContain('<span class="c0" style="left:0%;width:25%" title="hall, 0:00 to 0:10"></span>');
    expect(page).toContain(
      '<span class="c1" style="left:40%;width:10%" title="yard, 0:16 to 0:20, confidence 0.93"></span>',
    );
    expect(page).toContain('<div style="--lanes:2">');
    expect(page).toContain('style="left:30%;width:55%;--lane:1"');
    const marks = [...page.matchAll(/<span class="(first|middle|last)" style="left:([\d.]+)%">([\d:]+)</g)];
    expect(marks.map(([, ...mark]) => mark)).toEqual([
      ['first', '0', '0:00'],
      ['middle', '25', '0:10'],
      ['middle', '50', '0:20'],
      ['middle', '75', '0:30'],
      ['last', '100', '0:40'],
    ]);
  });

  it('has times of the clock, and the day where it goes over days', async () => {
    expect(new Times(undefined).at(-61)).toBe('−1:01'); // a clock that was put back
    const data = { ...siteData(true, [WALKER]), begin: -2, end: 100_000 };
    const page = (times: Times) => timeLine(data, times, ['red', 'blue']);
    expect(String(await html`${page(new Times('2026-03-01T09:59:58Z'))}`)).toContain(
      'title="hall, 09:59:58 to 10:00:08"',
    );
    expect(String(await html`${page(new Times('2026-03-01T09:59:58Z', true))}`)).toContain('>03-02 00:00<');
  });
});

describe('the graph of cameras', () => {
  it('has the people of each camera and way', async () => {
    const cameras = ['hall', 'yard', 'gate'].map((name, i) => ({ name, people: 10 + i, colour: 'red' }));
    const page = String(
      await html`${cameraGraph(cameras, walksBetween([WALKER]), seenByBoth([SEEN_TWICE], ['hall', 'yard']))}`,
    );
    expect([...page.matchAll(/class="count"[^>]*>(\d+)</g)].map(([, count]) => count)).toEqual(['10', '11', '12']);
    expect(page.match(/<title>[^<]*/g)).toEqual([
      '<title>hall and yard, at once: 1',
      '<title>hall to yard: 1',
      '<title>yard to hall: 1',
      '<title>hall',
      '<title>yard',
      '<title>gate',
    ]);
    expect(page).not.toContain('NaN');
  });

  it('has a colour for each camera, however many there are', () => {
    for (const count of [1, 7, 8, 60]) expect(new Set(cameraColours(count)).size).toBe(count);
  });
});
