import { afterEach, expect, it } from 'vitest';
import { type Day, simulateDays } from './days.ts';
import { endAll } from './rig.ts';

const { TZ } = process.env;

afterEach(async () => {
  if (TZ === undefined) delete process.env.TZ;
  else process.env.TZ = TZ;
  await endAll();
});

it('keeps the books of a day in which summer time begins, as fast as it goes', async () => {
  process.env.TZ = 'Europe/Berlin';
  const days: Day[] = [];
  const { lastId, highest, linesLost, failures, warnings } = await simulateDays({
    ...{ start: Date.UTC(2026, 2, 29), days: 1, step: 2 },
    onDay: (day) => days.push(day),
  });
  expect([linesLost, failures, warnings]).toEqual([0, [], []]);
  // a person every two minutes, and none in the five minutes without the camera
  const [{ events, files }] = days;
  expect(events).toMatchObject({ started: 717, ended: 717, crossed: 717, entered: 717, left: 717, disconnected: 1 });
  expect([lastId, highest]).toEqual([717, 717]);
  const hours = Array.from({ length: 23 }, (_, hour) => `20260329T${String(hour).padStart(2, '0')}0000Z`);
  expect(files.filter((name) => name.endsWith('.trajectories.json')).sort()).toEqual(
    hours.map((hour) => `${hour}.trajectories.json`),
  );
  expect(files.filter((name) => name.endsWith('.jsonl')).sort()).toEqual(hours.map((hour) => `events-${hour}.jsonl`));
  // a picture is recorded every five minutes, and a busy encoder leaves one out
  expect(files.filter((name) => name.endsWith('.mp4')).sort()).toEqual(
    [/T000[05]00Z/, /T060[05]00Z/, /T12(00|05|10)00Z/].map((start) => expect.stringMatching(start)),
  );
}, 600_000);
