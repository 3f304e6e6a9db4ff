import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfiguration } from '../../src/live/configuration.ts';
import { twintrack } from '../commands/cli.ts';

const examples = join(import.meta.dirname, '../../examples');
const textOf = (name: string) => readFileSync(join(examples, name), 'utf8');

describe('examples', () => {
  it('name cameras and parameters that are taken', async () => {
    const { cameras, parameters } = await loadConfiguration([], join(examples, 'cameras.yaml'));
    expect(cameras.map(({ name }) => name)).toEqual(['entrance', 'car-park']);
    expect(cameras.map(({ lines, zones }) => [lines, zones].map((areas) => Object.keys(areas ?? {})))).toEqual([
      [['door'], ['queue']],
      [[], []],
    ]);
    expect(parameters.live.pictureWidth).toBe(960);
  });

  it('start the service and the container with options that there are', async () => {
    const help = (await twintrack(['stream', '--help'])).stdout;
    const service = /^ExecStart=\S+ stream (.*)$/m.exec(textOf('twintrack.service'))?.[1] ?? '';
    const { services } = parse(textOf('compose.yaml')) as { services: Record<string, { command: string }> };
    for (const command of [service, services.twintrack.command]) {
      const options = command.match(/--[a-z]+/g) ?? [];
      expect(options.length).toBeGreaterThan(2);
      for (const option of options) expect(help).toContain(`  ${option} `);
    }
  });
});
