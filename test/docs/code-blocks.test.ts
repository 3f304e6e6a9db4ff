import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadParameters } from '../../src/engine/configuration.ts';
import { Lake, openStore } from '../../src/lake/index.ts';
import { readSite } from '../../src/site/index.ts';
import { start, twintrack } from '../commands/cli.ts';
import { temporaryFolder } from '../video/clips.ts';
import { allBlocks, type Block, commandsOf, isSynopsis, shellLines, typescriptOf } from './blocks.ts';
import { writeStreet } from './street.ts';

const root = join(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const folder = temporaryFolder();

/** Commands that other tests of blocks run: of cameras, learning, many machines. Of a synopsis only the options are checked. */
const ELSEWHERE = ['stream', 'train', 'tune', 'adapt', 'worker', 'submit', 'jobs'];
/** A command that serves a page until it is stopped. */
const SERVES = 'zones';
/** Lines of other programs, which are not run. */
const OTHERS = [/^npm (init|install|ci|test)\b/, /^jq /, /^mkdir /, /^cd /, /^g\+\+ /];

const blocks = await allBlocks();
const typescript = typescriptOf(blocks);
const shell = shellLines(blocks);

/** Name of the file of a block, without its ending. */
function nameOf({ place }: Block): string {
  return place.replaceAll(/[^\w-]/g, '-');
}

beforeAll(async () => {
  writeStreet(folder);
  const { status, stderr } = await twintrack(['track', 'street.mp4', '--no-annotate'], { cwd: folder });
  expect([status, stderr]).toEqual([0, expect.anything()]);
  const cameras = ['hall.mp4', 'yard.mp4', '--no-annotate', '--save-embeddings'];
  expect((await twintrack(['track', ...cameras], { cwd: folder })).status).toBe(0);
  for (const [video, start] of [
    ['door.mp4', '2026-11-28T08:00:00Z'],
    ['hall-noon.mp4', '2026-11-28T12:00:00Z'],
  ] as const) {
    const clock = await twintrack(['track', video, '--no-annotate', '--started-at', start], { cwd: folder });
    expect(clock.status).toBe(0);
  }
  const added = await twintrack(['export', 'door.trajectories.json', '--to-store', 'lake'], { cwd: folder });
  expect(added.status).toBe(0);
  const saved = ['street.mp4', '--no-annotate', '--save-patches', '--out', 'monday'];
  expect((await twintrack(['track', ...saved], { cwd: folder })).status).toBe(0);
  cpSync(join(folder, 'monday'), join(folder, 'tuesday'), { recursive: true });
  copyFileSync(join(folder, 'street.trajectories.json'), join(folder, 'huge.trajectories.json'));
});

describe('the TypeScript of the pages and examples', () => {
  beforeAll(() => {
    mkdirSync(join(folder, 'blocks'));
    for (const block of [...typescript, ...typescriptOf(blocks, 'camera'), ...typescriptOf(blocks, 'training')])
      writeFileSync(join(folder, 'blocks', `${nameOf(block)}.ts`), block.code);
    const compilerOptions = {
      module: 'NodeNext',
      target: 'ES2022',
      strict: true,
      types: ['node'],
      skipLibCheck: true,
      moduleDetection: 'force',
      rootDir: 'blocks',
      outDir: 'built',
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['blocks'] }));
  });

  it('compiles', () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, '']);
  });

  it.each(typescript.map((block) => [block.place, block] as const))(
    '%s prints what follows it',
    (_, block) => {
      const file = join('built', `${nameOf(block)}.js`);
      const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
        encoding: 'utf8',
        cwd: folder,
        timeout: 110_000, // one that leaves something open ends here
      });
      expect([status, stderr.includes('Error')]).toEqual([0, false]);
      if (block.printed !== undefined) expect(stdout).toBe(block.printed);
    },
    120_000,
  );
});

describe('the commands of the pages', () => {
  const here = commandsOf(shell).filter(({ args }) => !ELSEWHERE.includes(args[0]) && !args.includes('--queue'));
  const commands = here.filter(({ args }) => args[0] !== SERVES);
  const servers = here.filter(({ args }) => args[0] === SERVES && isFile(args[1]));

  it.each(commands.map(({ place, line, args }) => [place, line, args] as const))(
    '%s: %s',
    async (_, __, words) => {
      const args = [...words];
      if (args[0] === 'track' && !args.includes('--max-frames')) args.push('--max-frames', '5');
      if (['track', 'export', 'report'].includes(args[0])) args.push('--overwrite'); // pages begin anew
      const inSample = args.some((word) => word.startsWith('videos/') || word.includes('PETS09'));
      if (inSample) for (const [i, word] of args.entries()) args[i] = ofStreet(word);
      const { status, stderr } = await twintrack(args, { cwd: folder });
      expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
    },
    120_000,
  );

  const examples = shell.filter(({ line }) => /^(node|python3) node_modules\/twintrack\/examples\//.test(line));
  it.each(examples.map(({ place, line, words }) => [place, line, words] as const))('%s: %s', (_, __, words) => {
    const program = words[0] === 'node' ? process.execPath : words[0];
    const { status, stderr } = spawnSync(program, words.slice(1), { encoding: 'utf8', cwd: folder });
    expect([status, stderr]).toEqual([0, '']);
  });

  it.each(servers.map(({ place, line, args }) => [place, line, args] as const))('%s: %s', async (_, __, args) => {
    const run = start(args.map(ofStreet), { cwd: folder });
    await run.said('open this address');
    process.kill(run.pid, 'SIGINT');
    expect((await run.ended).status).toBe(130);
  });

  it('in a synopsis have the options they are written with', async () => {
    const texts = new Map<string, string>();
    for (const { place, line, words } of shell.filter(
      ({ line }) => /^(npx )?twintrack /.test(line) && isSynopsis(line),
    )) {
      const args = words.slice(words.indexOf('twintrack') + 1);
      const command = args[0] === 'train' ? args.slice(0, 2) : args.slice(0, 1);
      const key = command.join(' ');
      if (!texts.has(key)) texts.set(key, (await twintrack([...command, '--help'])).stdout);
      for (const [, option] of line.matchAll(/(?:^|[\s[])(--[a-z][a-z-]*)/g))
        expect([place, texts.get(key)]).toEqual([place, expect.stringContaining(`${option} `)]);
    }
  });

  it('of the benchmarks name scripts that exist', () => {
    for (const { place, words } of shell) {
      const [program, verb, name] = words;
      if (program === 'npm' && verb === 'run')
        expect([place, Object.keys(scripts)]).toEqual([place, expect.arrayContaining([name])]);
      if (program === 'npx' && verb === 'tsx') expect([place, existsSync(join(root, name))]).toEqual([place, true]);
    }
  });

  it('are these and a few of other programs', () => {
    const known = /^(npx )?twintrack |^npm run |^npx tsx |^(node|python3) node_modules\/twintrack\/examples\//;
    const others = shell.filter(({ language, line }) => language !== '' && line !== '' && !known.test(line));
    expect(others.filter(({ line }) => !OTHERS.some((other) => other.test(line))).map(({ line }) => line)).toEqual([]);
  });
});

it('the SQL of the page about the lake is answered', async () => {
  const page = blocks.filter(({ place, language }) => place.startsWith('docs/lake.md') && language === 'sql');
  const questions = page.flatMap(({ code }) => code.split(/;\n/)).filter((sql) => sql.trim() !== '');
  expect(questions.length).toBeGreaterThan(4);
  const lake = await Lake.open(await openStore(join(folder, 'lake')));
  for (const sql of questions)
    for await (const block of (await lake.query(sql)).rows) expect(block.length).toBeGreaterThan(0);
  await lake.close();
});

it('the YAML of the pages is a config file, or a site file', async () => {
  for (const { place, code } of blocks.filter(({ language }) => language === 'yaml')) {
    const file = join(folder, `${place.replaceAll(/\W/g, '-')}.yaml`);
    writeFileSync(file, code);
    const read = /^links:/m.test(code) ? readSite : loadParameters;
    expect([place, await read(file)]).toEqual([place, expect.anything()]);
  }
});

/** Whether it is a file; camera-blocks.test.ts has the cameras. */
function isFile(input: string): boolean {
  return /\.(mp4|json)$/.test(input);
}

/** A path of the sample as one of the clip. */
function ofStreet(word: string): string {
  return word
    .replace('videos/pets09-s2l1.mp4', 'street.mp4')
    .replace('PETS09-S2L1/gt.txt', 'gt.txt')
    .replace('pets09-s2l1', 'street');
}
