// Who crossed which line, and how long people stayed in zones: from a trajectories file and the zones of a config file.
//   node examples/count-visitors.mjs out/pets09-s2l1.trajectories.json examples/zones.yaml
import { loadParameters } from 'twintrack';
import { Analysis, dwellOf, resolveAreas } from 'twintrack/analytics';
import { readTrajectoriesHeader, streamTrajectories } from 'twintrack/trajectories';

const [file, config] = process.argv.slice(2);
const { source } = await readTrajectoriesHeader(file);
const areas = resolveAreas(await loadParameters(config), source);
const analysis = new Analysis(areas);
for await (const trajectory of streamTrajectories(file)) analysis.add(trajectory);

const { lines, zones, journeys } = analysis.result();
for (const line of lines) console.log(`${line.name}: ${line.in} in, ${line.out} out`);
for (const { name, people, visits } of zones) {
  const { mean, longest } = dwellOf(visits);
  console.log(
    `${name}: ${people} people, ${visits.length} visits of ${mean.toFixed(1)} s, the longest ${longest.toFixed(1)} s`,
  );
}
for (const { from, to, people } of journeys) console.log(`${from} to ${to}: ${people}`);
