import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The documentation site. tools/docs.mjs copies the pages of docs/ and this file to tools/.site and builds them there. */
const repository = join(import.meta.dirname, '../../..');

/** Links from a page to a file of the repository lead to where it is hosted. One to no file fails the build, as dead links do. */
function linkRepository(md) {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    for (const { children } of tokens) {
      for (const token of children ?? []) {
        const [, path] = /^\.\.\/(.+)$/.exec(token.attrGet?.('href') ?? '') ?? [];
        if (!path || env.relativePath.includes('/')) continue;
        if (!existsSync(join(repository, path.split('#')[0])))
          throw new Error(`${env.relativePath}: no file ../${path}`);
        token.attrSet('href', `https://github.com/twintrack/twintrack/blob/main/${path}`);
      }
    }
  });
}

/** The sidebar, by task: titles of the pages, and their names. */
const tasks = {
  Start: [
    ['Quick start', 'quick-start'],
    ['Installation', 'install'],
    ['Examples', 'examples'],
    ['Coming from other trackers', 'migration'],
    ['Troubleshooting', 'troubleshooting'],
    ['Questions', 'faq'],
  ],
  Track: [
    ['Tracking', 'tracking'],
    ['Footage and files', 'footage'],
    ['Annotated video', 'annotation'],
    ['Trajectory files', 'trajectories'],
    ['Privacy', 'privacy'],
  ],
  Live: [['Live cameras', 'live']],
  'Count and report': [
    ['Counting', 'counting'],
    ['Draw zones and lines', 'zones'],
    ['Reports and the player', 'reports'],
    ['Exports', 'exports'],
    ['Many files and days', 'lake'],
  ],
  Appearance: [['Appearance and search', 'appearance']],
  'Many cameras': [
    ['One person over several cameras', 'linking'],
    ['People on the floor of a site', 'site'],
  ],
  'Many machines': [['Many machines', 'fleet']],
  'Own models': [
    ['Your own detector', 'detection'],
    ['Train the association', 'training-association'],
    ['Train the Siamese network', 'training-siamese'],
    ['Evaluation', 'evaluation'],
  ],
  Reference: [
    ['From TypeScript', 'library'],
    ['API', 'api/'],
    ['Parameters', 'parameters'],
    ['Benchmarks', 'benchmarks'],
    ['Glossary', 'glossary'],
  ],
};
const sidebar = Object.entries(tasks).map(([text, pages]) => ({
  text,
  items: pages.map(([text, page]) => ({ text, link: `/${page}` })),
}));

export default {
  title: 'twintrack',
  description: 'Multi-person tracking in TypeScript on Node, on a CPU',
  cleanUrls: true,
  lastUpdated: false,
  markdown: { config: linkRepository },
  outDir: join(repository, 'site'),
  themeConfig: {
    nav: [
      { text: 'Quick start', link: '/quick-start' },
      { text: 'Troubleshooting', link: '/troubleshooting' },
      { text: 'API', link: '/api/' },
      { text: 'Benchmarks', link: '/benchmarks' },
    ],
    sidebar,
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          // all words, and the guides before the API
          searchOptions: { combineWith: 'AND', boostDocument: (id) => (id.startsWith('/api/') ? 0.2 : 1) },
        },
      },
    },
    outline: [2, 3],
    docFooter: { prev: 'Previous', next: 'Next' },
  },
};
