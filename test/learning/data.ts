import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE } from '../commands/cli.ts';
import { runFfmpeg } from '../video/clips.ts';
import { drawPedestrians } from './siamese/pedestrians.ts';
import { simulatedRoot } from './simulated-root.ts';

/** Makes the data that the pages and examples learn from: `my-streets`, `people` and `yesterday.mp4`. */
export function writeLearningData(folder: string): void {
  renameSync(simulatedRoot({ sequences: 3, frames: 60 }), join(folder, 'my-streets'));
  drawPedestrians(join(folder, 'people'), 6, 2);
  // Two pieces of the sample: the cut ends all trajectories, so that in a few seconds enough begin in the last 30 %.
  const parts = "select='between(n,140,179)+between(n,505,521)',setpts=N/7/TB";
  runFfmpeg('-i', SAMPLE, '-vf', parts, '-r', '7', '-preset', 'ultrafast', join(folder, 'yesterday.mp4'));
}
