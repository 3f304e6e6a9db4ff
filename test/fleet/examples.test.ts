import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { queueAddress } from '../../src/fleet/address.ts';
import { twintrack } from '../commands/cli.ts';

const textOf = (name: string) => readFileSync(join(import.meta.dirname, '../../examples', name), 'utf8');

interface Kubernetes {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: { readonly args: string[]; readonly env?: { name: string; value: string }[] }[];
        readonly terminationGracePeriodSeconds?: number;
      };
    };
  };
}

it('the examples start workers and a queue that loses no jobs, with options that there are', async () => {
  const { services } = parse(textOf('fleet-compose.yaml'));
  const deployments = parseAllDocuments(textOf('fleet-kubernetes.yaml'))
    .map((document) => document.toJS() as Kubernetes)
    .filter(({ kind }) => kind === 'Deployment');
  const [queue, worker] = deployments.map(({ spec }) => spec.template.spec);
  const env = Object.fromEntries(worker.containers[0].env!.map(({ name, value }) => [name, value]));
  for (const { TWINTRACK_QUEUE, TWINTRACK_STORE } of [services.worker.environment, env]) {
    expect(queueAddress(TWINTRACK_QUEUE).kind).toBe('redis');
    expect(TWINTRACK_STORE).toMatch(/^\//);
  }
  for (const command of [services.queue.command, queue.containers[0].args.join(' ')])
    expect(command).toBe('valkey-server --appendonly yes --maxmemory-policy noeviction');
  expect([services.worker.stop_grace_period, worker.terminationGracePeriodSeconds]).toEqual(['30s', 30]);
  const [name, ...args] = worker.containers[0].args;
  expect([services.worker.command, name]).toEqual(['worker', 'worker']);
  const help = (await twintrack(['worker', '--help'])).stdout;
  for (const option of args.filter((arg) => arg.startsWith('--'))) expect(help).toContain(`  ${option} `);
});
