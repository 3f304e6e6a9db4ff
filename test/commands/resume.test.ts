import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { RecordFile } from '../../src/files/record-file.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { FAST, namesIn, type Run, type Running, SAMPLE, start } from './cli.ts';

const folder = temporaryFolder();
const NAME = 'pets09-s2l1';
const LOG = `${NAME}.resume`;
/** A small input, for speed; frames in which people are predicted; and an area in which they are ignored. */
const SETTINGS = ['--set', 'detection.inputPixels=40000', '--set', 'detection.maxRate=6', '--config'];
const AREA = 'ignore: { pole: { points: [[300, 150], [420, 150], [420, 400], [300, 400]] } }\n';
/** Number of the first frame that is a minute or more from the first. */
const MINUTE = 420;

function track(out: string, ...args: string[]): Running {
  const config = join(folder, 'areas.yaml');
  writeFileSync(config, AREA);
  return start(['track', SAMPLE, '--out', out, '--json', ...SETTINGS, config, ...args]);
}

/** Kills a run when its log holds so many frames. */
async function killAfter(frames: number, out: string, ...args: string[]): Promise<void> {
  mkdirSync(out);
  const child = track(out, ...args);
  while (framesIn(join(out, LOG)) < frames) await sleep(50);
  process.kill(child.pid, 'SIGKILL');
  expect((await child.ended).signal).toBe('SIGKILL');
}

function framesIn(log: string): number {
  if (!existsSync(log)) return 0;
  const file = new RecordFile(log);
  let frames = -1; // the first record says what the log is of
  while (file.read() !== undefined) frames++;
  file.close();
  return frames;
}

const summaryOf = ({ stdout }: Run) => JSON.parse(stdout);

it.each([
  ['refined', []],
  ['online', ['--online', '--save-embeddings']],
])('a run that was killed goes on, and ends as if nothing had been: %s', async (name, args) => {
  const [whole, out] = [join(folder, `${name}-whole`), join(folder, name)];
  await killAfter(MINUTE + 60, out, ...args);
  const refused = await track(out, ...args).ended;
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain(
    `${LOG}: is of an interrupted run, with what was found in ${MINUTE} frames; add --resume (resume: true) to go on from it, or remove it to begin anew`,
  );
  truncateSync(join(out, LOG), readFileSync(join(out, LOG)).length - 3); // as a power cut leaves it
  const resumed = await track(out, ...args, '--resume').ended;
  const { status, stdout } = await track(whole, ...args).ended;
  expect([status, resumed.status]).toEqual([0, 0]);
  const [a, b] = [JSON.parse(stdout), summaryOf(resumed)];
  expect(a.looked.skipped).toBeGreaterThan(100);
  expect(a.ignored[0].ignored).toBeGreaterThan(100);
  const { frames, duration, trajectories, looked, ignored } = a;
  expect(b).toMatchObject({ frames, duration, trajectories, looked, ignored, resumed: MINUTE });
  expect(namesIn(out)).toEqual(namesIn(whole)); // no log is left
  for (const file of namesIn(whole))
    expect(readFileSync(join(out, file)).equals(readFileSync(join(whole, file))), file).toBe(true);
});

it('what was complete is left as it is, and tracked again with other settings', async () => {
  const out = join(folder, 'twice');
  const args = ['track', SAMPLE, '--out', out, '--max-frames', '20', '--no-annotate', '--resume', ...FAST];
  const runs: string[] = [];
  for (const more of [[], [], ['--online'], ['--save-embeddings', '--online']])
    runs.push((await start([...args, ...more]).ended).stderr.split('\n')[0].replace(/.*frames /, ''));
  expect(runs.map((line) => line.endsWith(', tracked before'))).toEqual([false, true, false, false]);
  expect(namesIn(out)).toEqual([`${NAME}.embeddings.json`, `${NAME}.mot.txt`, `${NAME}.trajectories.json`]);
});

it('Ctrl-C says how to go on, once there is something to go on from', async () => {
  const out = join(folder, 'interrupted');
  mkdirSync(out);
  const child = start(['track', SAMPLE, '--out', out, '--no-annotate', '--set', 'detection.inputPixels=40000']);
  while (framesIn(join(out, LOG)) < MINUTE + 10) await sleep(50);
  process.kill(child.pid, 'SIGINT');
  const { status, stderr } = await child.ended;
  expect(status).toBe(130);
  expect(stderr).toContain(`the same command with --resume goes on from frame ${MINUTE}\n`);
  expect(namesIn(out)).toContain(LOG);
  const other = await start(['track', SAMPLE, '--out', out, '--no-annotate', '--resume']).ended;
  expect(other.status).toBe(1);
  expect(other.stderr).toContain(
    `${LOG}: is of an interrupted run with another detection parameter, which this one cannot go on with; remove it to begin anew`,
  );
});
