// Mean number of people in the picture in each interval, as CSV.
//   node examples/people-per-minute.mjs out/pets09-s2l1.trajectories.json [SECONDS]
import { occupancyOf } from 'twintrack/analytics';
import { readTrajectories } from 'twintrack/trajectories';

const [file, seconds = '60'] = process.argv.slice(2);
const step = Number(seconds);
const { trajectories, summary } = await readTrajectories(file);
const stays = trajectories.map(({ id, times }) => ({ id, start: times[0], end: times[times.length - 1] }));
const bins = Math.ceil(summary.duration / step);
console.log('seconds,people');
for (const [i, people] of occupancyOf(stays, bins * step, bins).entries()) {
  const part = Math.min(1, summary.duration / step - i); // of the last interval there is less
  console.log(`${i * step},${(people / part).toFixed(2)}`);
}
