// Events at a line and in a zone while people are tracked, from the boxes of any detector (here: two made-up people).
//   node examples/live-events.mjs
import { createTracker } from 'twintrack';
import { ZoneCounter } from 'twintrack/analytics';

const counter = new ZoneCounter({
  lines: [{ name: 'door', outline: Float64Array.of(320, 480, 320, 0), anchor: 'feet' }],
  zones: [{ name: 'shop', outline: Float64Array.of(320, 0, 640, 0, 640, 480, 320, 480), anchor: 'feet' }],
  picture: { width: 640, height: 480 },
});
const tracker = await createTracker();

for (let frame = 0; frame < 150; frame++) {
  const time = frame / 10;
  const tracks = tracker.update(
    [
      { box: [20 + 4 * frame, 100, 40, 120], score: 0.9 }, // x, y, w, h in pixels
      { box: [580 - 4 * frame, 300, 40, 120], score: 0.9 },
    ],
    time,
  );
  const people = tracks
    .filter(({ state }) => state === 'confirmed')
    .map(({ id, box, score }) => ({ id, box, score, detected: true }));
  print(counter.update({ index: frame, time, people }));
}
print(counter.finish());
console.log(counter.lines, counter.zones);

function print(events) {
  for (const { type, time, id, line, zone, direction } of events) {
    const what = type === 'crossed' ? `the ${line}, ${direction}` : `the ${zone}`;
    console.log(`${time.toFixed(1)} s: person ${id} ${type} ${what}`);
  }
}
