/**
 * Packs twintrack and installs the packed file into empty projects, with several package managers and versions of Node, as a user does:
 * no variable set, nothing but the package registry. In each it runs the command, tracks a detection file and a small clip, and prints
 * what the installation takes.
 *
 *   node scripts/install-matrix.mjs          two of the eight combinations
 *   node scripts/install-matrix.mjs --all
 *
 * The versions of Node and the package managers come from the registry too; what cannot be had is left out, with one line that says so.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/**
 * @typedef {object} Combination
 * @property {string} manager package and version of the package manager
 * @property {string} script its entry, in its package
 * @property {number} node
 * @property {(file: string) => string[]} add arguments that install a packed file
 * @property {readonly string[]} run arguments before `twintrack`
 * @property {boolean} [quick] run without --all
 */

const NPM = { script: 'bin/npm-cli.js', add: (/** @type {string} */ file) => ['install', file], run: ['exec', '--'] };
const PNPM = { add: (/** @type {string} */ file) => ['add', file], run: ['exec'] };

/** @type {readonly Combination[]} */
const COMBINATIONS = [
  { manager: 'npm@10', node: 20, ...NPM, quick: true },
  { manager: 'npm@10', node: 22, ...NPM },
  { manager: 'npm@11', node: 22, ...NPM },
  { manager: 'npm@11', node: 24, ...NPM },
  { manager: 'pnpm@10', node: 22, script: 'bin/pnpm.cjs', ...PNPM },
  { manager: 'pnpm@12', node: 24, script: 'bin/pnpm.mjs', ...PNPM, quick: true },
  { manager: 'yarn@1', node: 20, script: 'bin/yarn.js', add: (file) => ['add', `file:${file}`], run: ['-s', 'run'] },
  {
    manager: '@yarnpkg/cli-dist@4',
    node: 24,
    script: 'bin/yarn.js',
    add: (file) => ['add', `twintrack@file:${file}`],
    run: ['run'],
  },
];

const root = join(import.meta.dirname, '..');
const temporary = mkdtempSync(join(tmpdir(), 'twintrack-install-'));
const tools = join(temporary, 'tools');
mkdirSync(tools);
let failed = false;
try {
  const combinations = COMBINATIONS.filter(({ quick }) => quick || process.argv.includes('--all'));
  const [{ filename }] = JSON.parse(npm(root, 'pack', '--json', '--pack-destination', temporary));
  const clip = join(temporary, 'clip.mp4');
  const source = 'testsrc2=s=320x240:r=10:d=1';
  execFileSync('ffmpeg', ['-loglevel', 'error', '-f', 'lavfi', '-i', source, '-pix_fmt', 'yuv420p', clip]);
  const detections = join(temporary, 'det.txt');
  const rows = Array.from({ length: 20 }, (_, i) => `${i + 1},-1,${10 + 3 * i},20,40,100,0.9,-1,-1,-1`);
  writeFileSync(detections, `${rows.join('\n')}\n`);

  const head = ['package manager', 'Node', 'exit code', 'seconds', 'MB installed', 'MB after the first use'];
  console.log(`| ${head.join(' | ')} |\n|${' --- |'.repeat(head.length)}`);
  for (const combination of combinations) {
    const row = install(combination, join(temporary, filename), { clip, detections });
    console.log(`| ${row.join(' | ')} |`);
  }
} finally {
  rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
}
if (failed) process.exitCode = 1;

/**
 * @param {Combination} combination
 * @param {string} file the packed file
 * @param {{ readonly clip: string, readonly detections: string }} inputs
 * @returns {(string | number)[]} a row of the table
 */
function install({ manager, script, node, add, run }, file, { clip, detections }) {
  const name = manager.replace(/^@yarnpkg\/cli-dist@/, 'yarn@').replace('@', ' ');
  const binary = tool(`node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}@${node}`);
  const entry = tool(manager);
  if (!binary || !entry) {
    console.log(`left out: ${name} with Node ${node}, as ${binary ? manager : `Node ${node}`} is not in the registry`);
    return [name, node, 'left out', '', '', ''];
  }
  const nodePath = join(binary, process.platform === 'win32' ? 'bin/node.exe' : 'bin/node');
  const project = mkdtempSync(join(temporary, 'project-'));
  writeFileSync(join(project, 'package.json'), '{ "name": "project", "version": "1.0.0", "private": true }\n');
  if (name === 'yarn 4') writeFileSync(join(project, 'yarn.lock'), ''); // else it takes the folder for part of a project above it
  /** @param {readonly string[]} args */
  const call = (args) =>
    spawnSync(nodePath, [join(entry, script), ...args], {
      cwd: project,
      env: environment(dirname(nodePath), join(project, '.cache')),
      encoding: 'utf8',
    });

  const start = performance.now();
  const { status, stdout, stderr } = call(add(file));
  const seconds = Math.round((performance.now() - start) / 1000);
  const installed = megabytes(project);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  /** @type {readonly (readonly [string, readonly string[], () => boolean])[]} */
  const checks = [
    ['--version', ['--version'], () => true],
    [
      'detections',
      ['track', '--detections', detections, '--fps', '10', '--out', 'a'],
      () => lines('a/det.mot.txt') > 9,
    ],
    ['clip', ['track', clip, '--max-frames', '5', '--out', 'b'], () => lines('b/clip.trajectories.json') > 0],
  ];
  /** @param {string} path */
  const lines = (path) => readFileSync(join(project, path), 'utf8').trim().split('\n').length;
  const problems = status === 0 ? [] : [`install: exit code ${status}\n${stdout}${stderr}`];
  if (status === 0)
    for (const [what, args, check] of checks) {
      const result = call([...run, 'twintrack', ...args]);
      if (result.status !== 0 || !check() || (what === '--version' && !result.stdout.includes(version)))
        problems.push(`${what}: exit code ${result.status}\n${result.stdout}${result.stderr}`);
    }
  for (const problem of problems) console.error(`${name}, Node ${node}: ${problem}`);
  failed ||= problems.length > 0;
  const row = [name, node, problems.length ? `${status}, fails` : 0, seconds, installed, megabytes(project)];
  rmSync(project, { recursive: true, force: true, maxRetries: 3 });
  return row;
}

/**
 * The folder of a package that is fetched from the registry.
 *
 * @param {string} spec name@version
 * @returns {string | undefined} undefined when it cannot be had
 */
function tool(spec) {
  const folder = join(tools, spec.replace(/\W+/g, '-'));
  const name = spec.replace(/@[^@]*$/, '');
  try {
    mkdirSync(folder, { recursive: true });
    if (!readdirSync(folder).includes('node_modules'))
      npm(folder, 'install', '--prefix', folder, '--no-audit', '--no-fund', spec);
    return join(folder, 'node_modules', name);
  } catch {
    return undefined;
  }
}

/**
 * @param {string} cwd
 * @param {...string} args
 */
function npm(cwd, ...args) {
  const options = { cwd, encoding: /** @type {const} */ ('utf8'), shell: process.platform === 'win32' };
  return execFileSync('npm', args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
}

/**
 * The environment of a user who has set nothing for an installation; of npm's own variables that this script may run under only the
 * registry is kept. Caches are empty.
 *
 * @param {string} bin folder of Node
 * @param {string} cache
 */
function environment(bin, cache) {
  const entries = Object.entries(process.env).filter(
    ([key]) => !/^(npm_|onnxruntime|yarn_|pnpm_|node_options)/i.test(key),
  );
  const registry = process.env.npm_config_registry;
  return {
    ...Object.fromEntries(entries),
    ...(registry && { npm_config_registry: registry }),
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    npm_config_cache: cache,
    npm_config_store_dir: cache,
    YARN_CACHE_FOLDER: cache,
    YARN_GLOBAL_FOLDER: cache,
    YARN_ENABLE_GLOBAL_CACHE: '0',
  };
}

/**
 * Size on the disk of what a package manager put into a project.
 *
 * @param {string} project
 */
function megabytes(project) {
  const seen = new Set();
  /** @type {(path: string) => number} */
  const size = (path) => {
    const { ino, size: bytes, blocks = Math.ceil(bytes / 512) } = lstatSync(path);
    if (seen.has(ino) && ino) return 0; // a hard link
    seen.add(ino);
    if (!lstatSync(path).isDirectory()) return blocks * 512;
    return readdirSync(path).reduce((sum, name) => sum + size(join(path, name)), blocks * 512);
  };
  const folders = ['node_modules', '.yarn'].filter((name) => readdirSync(project).includes(name));
  return Math.round(folders.reduce((sum, name) => sum + size(join(project, name)), 0) / 1e6);
}
