import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAST, SAMPLE } from '../commands/cli.ts';
import { Rig } from '../fleet/rig.ts';
import { needsServer, startServer } from '../fleet/servers.ts';
import { allBlocks, commandsOf, shellLines } from './blocks.ts';

/** Commands that need a queue. */
const FLEET = ['worker', 'submit', 'jobs'];
const commands = commandsOf(shellLines(await allBlocks())).filter(
  ({ args }) => FLEET.includes(args[0]) || args.includes('--queue'),
);

describe('the commands for many machines', needsServer('Redis'), () => {
  let rig: Rig;
  let failing = '';
  let cameras = '';

  beforeAll(async () => {
    rig = new Rig(await startServer('Redis'));
    mkdirSync(join(rig.store, 'videos'));
    for (const name of ['street.mp4', 'videos/street.mp4']) copyFileSync(SAMPLE, join(rig.store, name));
    cameras = join(rig.store, 'cameras.yaml');
    writeFileSync(cameras, `cameras: [{ name: entrance, url: ${SAMPLE} }]\n`);
    failing = await rig.submit(SAMPLE, ...FAST, '--split', 'never', '--save-embeddings', '--priority', '0');
    mkdirSync(join(rig.store, 'results', `pets09-s2l1-${failing.slice(1, 9)}`, 'run.json', 'in-the-way'), {
      recursive: true,
    });
    await rig.worker();
    await rig.until(failing, ({ state }) => state === 'failed');
  });

  afterAll(() => rig?.close());

  it.each(commands.map(({ place, line, args }) => [place, line, args] as const))(
    '%s: %s',
    async (_, __, words) => {
      const args = words
        .filter((word) => word !== '--watch')
        .map((word) => word.replace('redis://queue:6379', rig.server.url).replace('/mnt/share', rig.store))
        .map((word) => (word === 'cameras.yaml' ? cameras : word))
        .map((word) => (/^v[0-9a-f]+…$/.test(word) ? failing : word));
      if (args[0] === 'worker') return void (await rig.worker(...args.slice(1)));
      if (args[0] === 'submit') args.push(...FAST, '--no-annotate');
      const { status, stderr } = await rig.run(...args);
      expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
    },
    120_000,
  );
});
