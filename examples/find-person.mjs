// Finds the person of a picture in the runs of a week: who it may be in each, and when.
//   npx twintrack track monday.mp4 --out monday --save-patches --started-at 2026-11-23T08:00:00+01:00      (and so on)
//   node examples/find-person.mjs guest.jpg monday tuesday wednesday
import { basename } from 'node:path';
import { searchRun } from 'twintrack/search';
import { readTrajectoriesHeader } from 'twintrack/trajectories';

const LEAST = 0.5; // of a probability that it is the person

const [picture, ...runs] = process.argv.slice(2);
const found = await searchRun(picture, runs); // of all runs together, most probable first
for (const { folder, id, similarity, verdict, from, to } of found.filter((one) => one.similarity >= LEAST)) {
  const { source } = await readTrajectoriesHeader(folder.replace(/\.patches\/?$/, '.trajectories.json'));
  const at = (seconds) =>
    source.startedAt
      ? new Date(Date.parse(source.startedAt) + 1000 * seconds).toLocaleString()
      : `${seconds.toFixed(1)} s`;
  console.log(`${similarity.toFixed(2)}  ${folder}, person ${id}, ${at(from)} to ${at(to)}: ${verdict}`);
}
const others = found.filter(({ similarity }) => similarity < LEAST).length;
console.log(`${others} of ${found.length} trajectories are less probably the person of ${basename(picture)}`);
