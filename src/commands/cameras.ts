import type { Command } from 'commander';
import { UsageError } from '../core/errors.ts';
import type { FoundCamera } from '../live/discovery/find-cameras.ts';
import { positive } from './options.ts';
import { reportLine } from './report-error.ts';

interface CamerasOptions {
  seconds: number;
  interface?: string;
  user?: string;
  yaml?: boolean;
  json?: boolean;
}

/** Registers `twintrack cameras`. */
export function camerasCommand(program: Command): void {
  program
    .command('cameras')
    .summary('find the ONVIF cameras on the network')
    .description(
      'Finds the ONVIF cameras on the networks of this machine and prints a table of them, or with --yaml the cameras section of a ' +
        'config file for `twintrack stream`. Most cameras give the address of their stream only to a user: name one with --user, and ' +
        'its password in the environment variable TWINTRACK_CAMERA_PASSWORD. Neither is printed.',
    )
    .option('--seconds <s>', 'how long to wait for answers', positive(), 5)
    .option('--interface <name|address>', 'ask at this network interface only (default: at all but the loopback)')
    .option('--user <name>', 'ask the cameras as this user, with the password in TWINTRACK_CAMERA_PASSWORD')
    .option('--yaml', 'print the cameras section of a config file')
    .option('--json', 'print the cameras as JSON')
    .addHelpText(
      'after',
      `
Examples:
  twintrack cameras                                          name, address and model of each
  TWINTRACK_CAMERA_PASSWORD=… twintrack cameras --user admin --yaml > cameras.yaml
  twintrack stream --check cameras.yaml                      after you have put user and password into it

Exit codes: 0 found, 1 none found.`,
    )
    .action(async (_: unknown, command: Command) => {
      process.exitCode = await cameras(command.optsWithGlobals<CamerasOptions>());
    });
}

async function cameras({ seconds, user, yaml, json, ...options }: CamerasOptions): Promise<number> {
  if (yaml && json) throw new UsageError('--yaml and --json: choose one');
  const password = process.env.TWINTRACK_CAMERA_PASSWORD;
  if (user !== undefined && !password)
    throw new UsageError('--user: its password is missing; set the environment variable TWINTRACK_CAMERA_PASSWORD');
  const login = user === undefined || !password ? undefined : { user, password };
  const { findCameras } = await import('../live/discovery/find-cameras.ts');
  const found = await findCameras({ seconds, networkInterface: options.interface, login });
  if (json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else if (yaml) process.stdout.write(await section(found));
  else process.stdout.write(table(found));
  if (found.length > 0) return 0;
  reportLine(
    `no camera answered within ${seconds} s; it may be in another network, ONVIF may be turned off in it, or multicast (UDP port 3702) is blocked`,
  );
  return 1;
}

/** One line a camera; nothing where there are none. */
function table(found: readonly FoundCamera[]): string {
  const rows = found.map(({ name, address, model }) => [name, address, model]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** The section `cameras` of a config file; cameras without an address as comments. */
async function section(found: readonly FoundCamera[]): Promise<string> {
  const { Document, YAMLMap, YAMLSeq } = await import('yaml');
  const known = found.filter(({ url }) => url !== undefined);
  const others = found.filter(({ url }) => url === undefined);
  const list = new YAMLSeq();
  for (const { name, url, model, address } of known) {
    const entry = new YAMLMap<string, string | undefined>();
    entry.set('name', name);
    entry.set('url', url);
    entry.commentBefore = ` ${[model, address].filter(Boolean).join(', ')}`;
    list.add(entry);
  }
  const document = new Document({ cameras: list });
  const missing = others.map(({ name, address, fault }) => ` ${name}, ${address}: ${fault}`);
  if (missing.length > 0) document.comment = missing.join('\n');
  return known.length > 0 ? document.toString({ lineWidth: 0 }) : missing.map((line) => `#${line}\n`).join('');
}
