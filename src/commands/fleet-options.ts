import type { Command } from 'commander';
import { printable } from '../core/errors.ts';
import type { QueueAddress } from '../fleet/address.ts';
import type { Connection } from '../fleet/connection.ts';

/** Where jobs and files are. */
export interface QueueFlags {
  queue?: string;
  store?: string;
}

/** `--queue`. */
export function addQueueOption(command: Command): void {
  command.option(
    '--queue <url>',
    'where the jobs are: redis://host:6379, rediss://… or postgres://host/database (default: TWINTRACK_QUEUE)',
  );
}

/** `--queue` and `--store`. */
export function addQueueOptions(command: Command): void {
  addQueueOption(command);
  command.option(
    '--store <where>',
    'where results are kept: a folder that all machines have, or s3://bucket/prefix (default: TWINTRACK_STORE)',
  );
}

/** Opens a queue for a command that ends: a server that is not there is an error at once. */
export async function openFleet(address: QueueAddress): Promise<Connection> {
  const { openConnection } = await import('../fleet/connection.ts');
  const { askServer } = await import('../fleet/server.ts');
  const { reportLine } = await import('./report-error.ts');
  await askServer(address);
  let said = '';
  return openConnection(address, ({ message }) => {
    if (message !== said) reportLine(`${address.name}: ${printable(message)}; trying again`);
    said = message;
  });
}
