import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/live/configuration.ts';
import { startLive } from '../../src/live/index.ts';
import { createMetrics } from '../../src/live/monitoring/metrics.ts';
import { Broker, endAll, folder, later, needing, SAMPLE, standIn, until } from './rig.ts';

afterEach(endAll);

it('zones and lines may have any name', needing('broker'), async () => {
  const [broker, out, config] = [await Broker.start(), folder(), join(folder(), 'cameras.yaml')];
  const own = 'zones: { __proto__: { points: [[50, 150], [200, 150], [200, 250], [50, 250]] } }';
  const common = 'lines: { __proto__: { points: [[400, 0], [400, 500]] } }';
  writeFileSync(
    config,
    `cameras:\n  - { name: yard, url: ${SAMPLE}, ${own} }\n${common}\nappearance: { mode: "off" }\n`,
  );
  const { got } = await broker.listen();
  const configuration = await loadConfiguration([], config);
  const live = await startLive({ ...configuration, out, realtime: true, detector: standIn(), mqtt: broker.url });
  later(() => live.close());
  const entered = () => got.find(([topic, text]) => topic.endsWith('/events') && text.includes('"entered"'))?.[1];
  await until('the stand-in is in the zone', entered);
  expect(JSON.parse(entered() ?? '')).toMatchObject({ event: 'entered', zone: '__proto__' });
  const [camera] = live.status.cameras;
  expect(camera.zones).toMatchObject([{ name: '__proto__', inside: 1, entered: 1 }]);
  expect(camera.lines).toMatchObject([{ name: '__proto__', in: 0, out: 0 }]);
  const metrics = await createMetrics()(live.status);
  expect(metrics).toContain('twintrack_zone_people{camera="yard",zone="__proto__"} 1');
  expect(metrics).toContain('twintrack_line_crossings_total{camera="yard",line="__proto__",direction="in"} 0');
  await live.close();
  expect(readFileSync(join(out, 'yard', 'events.jsonl'), 'utf8')).toContain('"zone":"__proto__"');
});
