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

const guides = [
  ['Install', 'install'],
  ['From TypeScript', 'library'],
  ['Detection', 'detection'],
  ['Tracking', 'tracking'],
  ['Footage and files', 'footage'],
  ['Live cameras', 'live'],
  ['Annotated video', 'annotation'],
  ['Many machines', 'fleet'],
  ['Zones, lines, reports', 'analytics'],
  ['Many files and days', 'lake'],
  ['Draw zones and lines', 'zones'],
  ['Appearance', 'appearance'],
  ['One person over several cameras', 'linking'],
  ['People on the floor of a site', 'site'],
  ['Privacy', 'privacy'],
  ['Evaluation', 'evaluation'],
  ['Train the association', 'training-association'],
  ['Train the Siamese network', 'training-siamese'],
];
const reference = [
  ['API', 'api/'],
  ['Parameters', 'parameters'],
  ['Trajectories file', 'trajectories'],
  ['Glossary', 'glossary'],
  ['Benchmarks', 'benchmarks'],
];
const items = (pages) => pages.map(([text, page]) => ({ text, link: `/${page}` }));

export default {
  title: 'twintrack',
  description: 'Multi-person tracking in TypeScript on Node, on a CPU',
  cleanUrls: true,
  lastUpdated: false,
  markdown: { config: linkRepository },
  outDir: join(repository, 'site'),
  themeConfig: {
    nav: [
      { text: 'Guides', link: '/library' },
      { text: 'API', link: '/api/' },
      { text: 'Benchmarks', link: '/benchmarks' },
    ],
    sidebar: [
      { text: 'Guides', items: [{ text: 'Start', link: '/' }, ...items(guides)] },
      { text: 'Reference', items: items(reference) },
    ],
    search: { provider: 'local' },
    outline: [2, 3],
  },
};
