import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lines, type Progress } from '../../src/commands/progress.ts';
import { needs } from '../needs.ts';
import { makeClip, temporaryFolder } from '../video/clips.ts';
import { FAST, SAMPLE, twintrack } from './cli.ts';

const folder = temporaryFolder();
const cli = join(import.meta.dirname, '../../dist/cli.js');
const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false;

/** Runs the command in a terminal of its own (util-linux's script) and gives all that is written there. */
function inTerminal(args: readonly string[], { input = '/dev/null', env = {} } = {}): Promise<string> {
  const command = [process.execPath, cli, ...args].map((arg) => `'${arg}'`).join(' ');
  const shell = `stty cols 100; ${command} <'${input}'`;
  const child = spawn('script', ['-qefc', shell, join(folder, 'typescript')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TERM: 'xterm', ...env },
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(text.replaceAll('\r\n', '\n')));
  });
}

describe('on a terminal', needs(hasScript, 'the script of util-linux'), () => {
  it('a bar with frames, frames/s, people and time left, which is gone at the end', async () => {
    const text = await inTerminal(['track', SAMPLE, '--out', folder, '--max-frames', '40', '--no-annotate']);
    expect(text).toMatch(/█+░+ \d+% {2}\d+\/40 frames {2}\d+\.\d frames\/s {2}\d people {2}0:0\d left/);
    const [bar, summary] = text.split('\u001b[?25h'); // where the cursor comes back
    expect(bar).toContain('\u001b[?25l');
    expect(visible(summary)).toMatch(
      /^\/.*pets09-s2l1\.mp4: \d people in 40 frames \(5\.7 s\), \d+\.\d frames\/s, rtmdet-nano on cpu\n {2}\/.*trajectories\.json\n {2}\/.*mot\.txt\n$/,
    );
  });

  it('another bar while the people are drawn', async () => {
    const args = ['track', SAMPLE, '--out', folder, '--max-frames', '40', '--overwrite', ...FAST];
    const text = await inTerminal(args);
    expect(text).toMatch(/\d+\/40 frames {2}\d+\.\d frames\/s .* left.*\d+\/40 frames drawn {2}/s);
    expect(visible(text.split('\u001b[?25h').at(-1)!)).toMatch(/^\/.*pets09-s2l1\.mp4: \d/);
    expect(await inTerminal([...args, '--online'])).not.toContain('drawn');
  });

  it('without the number of frames: no bar, no time left', async () => {
    const input = makeClip(join(folder, 'live.ts'), 'testsrc2=s=320x240:r=25:d=2', '-c:v', 'libx264');
    const text = await inTerminal(['track', '-', '--out', folder, '--no-annotate'], { input });
    expect(text).toMatch(/\d+ frames {2}\d+\.\d frames\/s {2}\d people/);
    expect(text).not.toMatch(/█|░|%|left/);
  });

  it('colours nothing, NO_COLOR or not', async () => {
    for (const env of [{}, { NO_COLOR: '1' }]) {
      const args = ['track', SAMPLE, '--out', folder, '--max-frames', '5', '--no-annotate', '--overwrite', ...FAST];
      const text = await inTerminal(args, { env });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that of a colour is what is looked for
      expect(text).not.toMatch(/\u001b\[[\d;]*m/);
    }
  });

  it('an error takes the place of the bar', async () => {
    const text = await inTerminal([
      'track',
      SAMPLE,
      'none.mp4',
      '--max-frames',
      '20',
      '--out',
      folder,
      '--no-annotate',
      '--overwrite',
      ...FAST,
    ]);
    expect(visible(text.split('\u001b[?25h')[1])).toMatch(
      /mot\.txt\ntwintrack: none\.mp4: does not exist; check the path\n$/,
    );
  });
});

it('is not there where standard error is no terminal', async () => {
  const { stderr } = await twintrack([
    'track',
    SAMPLE,
    '--out',
    folder,
    '--max-frames',
    '5',
    '--no-annotate',
    '--overwrite',
    ...FAST,
  ]);
  expect(stderr.split('\n')).toHaveLength(4);
  expect(stderr).not.toContain('\u001b');
});

it('a line a minute there, with a rate and the time left, of each thing that is counted', () => {
  let [now, written] = [0, [] as Progress[]];
  const bar = lines(
    'frames',
    (progress) => written.push(progress),
    60_000,
    60_000,
    () => now,
  );
  for (let frame = 1; frame <= 2400; frame++) {
    now = 100 * frame; // ten a second: 240 s
    bar.update(frame, 4800, '3 people');
  }
  expect(written.map(({ done }) => done)).toEqual([600, 1200, 1800, 2400]);
  expect(written[1]).toEqual({ done: 1200, total: 4800, unit: 'frames', rate: 10, left: 360, note: '3 people' });
  written = [];
  for (let frame = 1; frame <= 61; frame++) {
    now += 1000;
    bar.update(frame, undefined, '', 'frames drawn');
  }
  bar.stop();
  now += 60_000;
  bar.update(62, undefined, '', 'frames drawn');
  expect(written).toEqual([{ done: 60, unit: 'frames drawn', rate: 1 }]);
});

it('--progress json: lines of JSON on standard error, whatever that is', async () => {
  const args = ['track', SAMPLE, '--out', folder, '--max-frames', '40', '--progress', 'json', '--overwrite', ...FAST];
  const { stderr } = await twintrack(args);
  const told = stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  expect(told[0]).toEqual({
    input: SAMPLE,
    done: 1,
    total: 40,
    unit: 'frames',
    rate: 0,
    note: expect.stringMatching(/people|person/),
  });
});

/** Text without the terminal's control sequences. */
function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return text.replace(/\u001b(?:\[[?\d;]*[A-Za-z]|[78])/g, '');
}
