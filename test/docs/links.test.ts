import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const pages = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => join(root, 'docs', name));

it.each([join(root, 'README.md'), ...pages].map((page) => [relative(root, page), page]))(
  'the links of %s lead somewhere',
  (_, page) => {
    const text = withoutCode(readFileSync(page, 'utf8'));
    const dead = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].filter(([, path, anchor]) => {
      const target = path === '' ? page : resolve(dirname(page), path);
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  },
);

it('docs/index.md leads to each page', () => {
  const index = readFileSync(join(root, 'docs/index.md'), 'utf8');
  const left = ['index.md', 'analytics.md']; // the latter leads on, for links from outside
  const missing = pages.map((page) => basename(page)).filter((name) => !index.includes(`(${name})`));
  expect(missing.filter((name) => !left.includes(name))).toEqual([]);
});

/** What links to the headings of a page are called, by the site and by where the repository is hosted, which agree on plain headings. */
function anchorsOf(path: string): string[] {
  if (!path.endsWith('.md')) return [];
  const headings = withoutCode(readFileSync(path, 'utf8')).matchAll(/^#{1,6} (.*)$/gm);
  return [...headings].map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/(`+)[^`]*?\]\([^`]*?\1/g, '');
}
