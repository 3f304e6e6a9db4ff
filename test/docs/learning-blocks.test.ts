import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeGreyPeople } from '../appearance/grey-people.ts';
import { namesIn, twintrack } from '../commands/cli.ts';
import { installBuilt, runExample } from '../jsdoc.ts';
import { writeLearningData } from '../learning/data.ts';
import { temporaryFolder } from '../video/clips.ts';
import { allBlocks, commandsOf, shellLines, typescriptOf } from './blocks.ts';

const folder = temporaryFolder();
const blocks = await allBlocks();

beforeAll(() => {
  installBuilt(folder);
  writeLearningData(folder);
  writeGreyPeople(join(folder, 'crops'));
  const names = { MOT_ROOT: 'my-streets', PEOPLE: 'people', 'street.mp4': 'yesterday.mp4' };
  for (const [name, target] of Object.entries(names)) symlinkSync(target, join(folder, name));
});

/** What a block prints, by the function it calls; of the others it is what its comments say. */
const PRINTED: Readonly<Record<string, RegExp>> = {
  trainAssociation: /^(1|0\.9\d*)$/,
  adaptSiamese: /^(adapted|kept) [01][.\d]* [01][.\d]*$/,
  calibrateSimilarity: /^-?\d[\d.]*$/,
  tuneTracking: /^(\{[\s\S]*\})?$/,
};

describe('the blocks that train', { timeout: 900_000 }, () => {
  it.each(typescriptOf(blocks, 'training').map((block) => [block.place, block.code] as const))('%s', (_, code) => {
    const outs = [...code.matchAll(/(?:out: |writeAssociation\()'([\w-]+)'/g)].map(([, out]) => join(folder, out));
    for (const out of outs) rmSync(out, { recursive: true, force: true });
    const { printed, expected } = runExample(code, folder);
    const called = Object.keys(PRINTED).find((name) => code.includes(`${name}(`));
    if (called) expect(printed.join('\n')).toMatch(PRINTED[called]);
    else expect(printed).toEqual(expected);
    for (const out of outs) expect(namesIn(out)).toContainEqual(expect.stringMatching(/\.json$/));
  });

  const commands = commandsOf(shellLines(blocks)).filter(({ args }) => ['train', 'tune', 'adapt'].includes(args[0]));
  it.each(commands.map(({ place, line, args }) => [place, line, args] as const))('%s: %s', async (_, __, words) => {
    const args = [...words];
    if (args[0] === 'adapt' || args[1] === 'siamese') args.push('--epochs', '1'); // for time
    const { status, stderr } = await twintrack(args, { cwd: folder });
    expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
  });
});
