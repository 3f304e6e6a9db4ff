// A video in, a page to look at out.
//   node examples/track-and-report.mjs videos/pets09-s2l1.mp4 out [FRAMES]
import { join } from 'node:path';
import { loadParameters, trackVideo } from 'twintrack';
import { writeReport } from 'twintrack/report';

const [video, out, frames] = process.argv.slice(2);
const parameters = await loadParameters(undefined, ['lines.middle={points: [[0.5, 1], [0.5, 0]], unit: ratio}']);
const { files } = await trackVideo(video, { out, annotate: false, parameters, maxFrames: frames && Number(frames) });
const page = join(out, 'report.html');
const { people } = await writeReport(files.trajectories, { out: page, areas: parameters, video });
console.log(`${page}: ${people} people`);
