/**
 * Checks the direction of imports in src, types included: no cycle between files or folders, and no folder imports a later one.
 * Fails unless it saw every file. Prints how many files and folders there are, and how deep they go.
 *
 *   npm run check:imports
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

/** The folders of src: each may import those before it. */
const ORDER = [
  ...[
    'core',
    'files',
    'store',
    'inference',
    'video',
    'detection',
    'appearance',
    'association',
    'tracking',
    'trajectories',
  ],
  ...[
    'analytics',
    'annotation',
    'evaluation',
    'export',
    'search',
    'lake',
    'report',
    'site',
    'engine',
    'live',
    'zones',
    'learning',
    'fleet',
    'commands',
  ],
];

const root = join(import.meta.dirname, '..');
process.chdir(root);
const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((path) => join('src', path).replaceAll('\\', '/'))
  .filter((path) => /\.(ts|js)$/.test(path));

const forbidden = [
  { name: 'no cycle between files', severity: 'error', from: {}, to: { circular: true } },
  {
    name: 'the package exports no command',
    severity: 'error',
    from: { path: '^src/index' },
    to: { path: '^src/(commands/|cli)' },
  },
  { name: 'no cycle between folders', severity: 'error', scope: 'folder', from: {}, to: { circular: true } },
  ...ORDER.map((folder, i) => ({
    name: `${folder} imports no later folder`,
    severity: 'error',
    from: { path: `^src/${folder}/` },
    to: { path: `^src/(?!(${ORDER.slice(0, i + 1).join('|')})/)` },
  })),
];
const options = {
  ruleSet: { forbidden },
  validate: true,
  doNotFollow: { path: 'node_modules' },
  includeOnly: '^src/',
  tsPreCompilationDeps: true,
  metrics: true,
  enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
};
const { output } = await cruise(['src'], options, undefined, {
  tsConfig: extractTsConfig(join(root, 'tsconfig.json')),
});
const { modules, folders, summary } = output;

const problems = summary.violations.map(({ rule, from, to, cycle }) => {
  const way = cycle ? [from, ...cycle.map(({ name }) => name)].join(' → ') : `${from} → ${to}`;
  return `${rule.name}: ${way}`;
});
const seen = new Set(modules.filter(({ coreModule }) => !coreModule).map(({ source }) => source));
problems.push(...files.filter((file) => !seen.has(file)).map((file) => `${file}: was not seen`));
const placed = new Set([...ORDER, 'index.ts', 'cli.ts']);
const strangers = readdirSync('src').filter((name) => !placed.has(name));
problems.push(...strangers.map((name) => `src/${name}: has no place in the order of folders`));

for (const problem of problems) console.error(problem);
const imports = new Map(modules.map(({ source, dependencies }) => [source, dependencies.length]));
const [busiest, most] = [...imports].reduce((a, b) => (b[1] > a[1] ? b : a));
console.log(
  `${files.filter((file) => seen.has(file)).length} of ${files.length} files of src seen, ${problems.length} problems`,
);
console.log(`at the root of src: ${readdirSync('src').length} files and folders`);
console.log(`longest chain of folders: ${longestChain().join(' → ')}`);
console.log(`most imports: ${most}, by ${busiest}; ${folders.length} folders with those inside others`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** The longest way along imports from one folder of src to another. */
function longestChain() {
  const of = (path) => path.split('/')[1];
  const next = new Map();
  for (const { source, dependencies } of modules)
    for (const { resolved } of dependencies)
      if (of(source) !== of(resolved)) next.set(of(source), (next.get(of(source)) ?? new Set()).add(of(resolved)));
  const known = new Map();
  const chain = (folder, before = []) => {
    if (known.has(folder) || before.includes(folder)) return known.get(folder) ?? [];
    const rest = [...(next.get(folder) ?? [])].map((other) => chain(other, [...before, folder]));
    known.set(folder, [folder, ...rest.reduce((a, b) => (b.length > a.length ? b : a), [])]);
    return known.get(folder);
  };
  return [...next.keys()].map((folder) => chain(folder)).reduce((a, b) => (b.length > a.length ? b : a));
}
