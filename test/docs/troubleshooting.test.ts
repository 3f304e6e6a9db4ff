import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = (name: string) => readFileSync(join(root, 'docs', name), 'utf8');
const troubleshooting = page('troubleshooting.md');
const source = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(root, 'src', name), 'utf8'))
  .join('\n');

/** Messages of commander and zod. */
const OF_OTHERS = [/^unknown (option|command) /, /^missing required argument /, /^(Invalid input|Too small|Too big): /];

describe('the notices', () => {
  /** What the functions that make notices are given as the code, and objects that are notices. */
  const MADE = /\b(?:fileNotice|notice|note|say)\(\s*'([a-z-]+)'|\bcode: '([a-z]+(?:-[a-z]+)+)', message\b/g;
  const codes = [...new Set([...source.matchAll(MADE)].map(([, called, written]) => called ?? written))].sort();

  it('are found in src', () => {
    expect(codes.length).toBeGreaterThan(30);
    expect(codes).toEqual(expect.arrayContaining(['boxes-far', 'clock-offset', 'interlaced', 'tracklets-missing']));
  });

  it.each([
    ['troubleshooting.md', /^\| (`[a-z, `-]+`) \|/gm],
    ['trajectories.md', /^\| (`[a-z, `-]+`) \| .* \| .* \|$/gm],
  ])('are all in docs/%s, and no others', (name, row) => {
    const text = /\n##+ Notices\n([\s\S]*?)\n## /.exec(page(name))?.[1] ?? '';
    const listed = [...text.matchAll(row)].flatMap(([, cell]) =>
      [...cell.matchAll(/`(.*?)`/g)].map(([, code]) => code),
    );
    expect(listed.sort()).toEqual(codes);
  });
});

describe('the messages of docs/troubleshooting.md', () => {
  const flat = (text: string) => text.replaceAll(/\s+/g, ' ');
  const code = flat(source.replaceAll("\\'", "'"));
  const errors = troubleshooting.slice(troubleshooting.indexOf('\n## Errors\n'));
  const messages = [...errors.matchAll(/^\| (.*?[^\\]) \|/gm)]
    .flatMap(([, cell]) => [...cell.matchAll(/`(.*?)`/g)].map(([, message]) => message))
    .filter((message) => !OF_OTHERS.some((other) => other.test(message)));

  it('are many', () => {
    expect(messages.length).toBeGreaterThan(200);
  });

  it('are those of src', () => {
    const parts = (message: string) => message.split(/…|: |\b\d+\b/).map((part) => part.trim());
    expect(messages.filter((message) => !parts(message).every((part) => code.includes(part)))).toEqual([]);
  });
});
