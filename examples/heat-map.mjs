// Heat map of a shop: where people stood, and for how long, over any number of runs of one camera, as an SVG over a picture of it.
//   node examples/heat-map.mjs heat.svg out/pets09-s2l1.trajectories.json [MORE.trajectories.json …] [picture.jpg]
import { readFile, writeFile } from 'node:fs/promises';
import { HeatMap } from 'twintrack/analytics';
import { readTrajectoriesHeader, streamTrajectories } from 'twintrack/trajectories';

const COLUMNS = 60;

const [out, ...files] = process.argv.slice(2);
const runs = files.filter((file) => file.endsWith('.json'));
const picture = files.find((file) => /\.(jpg|png)$/.test(file));
const { source } = await readTrajectoriesHeader(runs[0]);
const map = new HeatMap(source, COLUMNS, source.sampleAspectRatio);
for (const run of runs) for await (const trajectory of streamTrajectories(run)) map.add(trajectory);

const [cellWidth, cellHeight] = [source.width / map.columns, source.height / map.rows];
const smoothed = map.smoothed(1);
const most = smoothed.reduce((a, b) => Math.max(a, b), 0);
const cells = [...smoothed].flatMap((seconds, i) => {
  const heat = Math.sqrt(seconds / most);
  if (!(heat > 0.05)) return []; // nearly no one, or no one at all
  const [x, y] = [(i % map.columns) * cellWidth, Math.floor(i / map.columns) * cellHeight];
  const colour = `hsl(${Math.round(240 - 240 * heat)} 90% 50%)`;
  const place = `x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${cellWidth.toFixed(1)}" height="${cellHeight.toFixed(1)}"`;
  return [`<rect ${place} fill="${colour}" opacity="${Math.min(0.8, 2 * heat).toFixed(2)}"/>`];
});
const background = picture
  ? `<image width="100%" height="100%" href="data:image;base64,${await readFile(picture, 'base64')}"/>`
  : '<rect width="100%" height="100%" fill="#222"/>';
const size = `viewBox="0 0 ${source.width} ${source.height}"`;
await writeFile(out, `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${background}${cells.join('\n')}</svg>\n`);

const total = map.seconds.reduce((a, b) => a + b, 0);
const at = smoothed.indexOf(most);
const [x, y] = [((at % map.columns) + 0.5) * cellWidth, (Math.floor(at / map.columns) + 0.5) * cellHeight];
console.log(`${out}: ${total.toFixed(0)} s of people, the most around ${x.toFixed(0)}, ${y.toFixed(0)}`);
