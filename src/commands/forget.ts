import type { Command } from 'commander';
import { numberFrom } from './options.ts';

/** Registers `twintrack forget`. */
export function forgetCommand(program: Command): void {
  program
    .command('forget')
    .argument('<id>', 'id of the person', numberFrom(0, true))
    .argument(
      '<folder>',
      'folder that "twintrack link --out" or "twintrack track --out" wrote to, or a .trajectories.json in the latter',
    )
    .summary('delete the embeddings and patches of a person')
    .description(
      'Deletes the embeddings and patches that were saved of one person. In the result of link, which has a site.json, the id is that of a ' +
        'person of the site, and the folders of all its cameras are searched; in that of track it is that of a trajectory. In the site folder of ' +
        'stream --site, which has to be stopped, it is that of a person who is remembered. All contact sheets (*.search.png), reports ' +
        '(*.report.html) and logs of interrupted runs (*.resume) in these folders are deleted as well. Trajectories, which have boxes and times, videos and reports stay: docs/privacy.md.',
    )
    .option('--dry-run', 'delete nothing, only print what would be deleted')
    .addHelpText(
      'after',
      `
Examples:
  twintrack forget 3 site                               a person of a site, in the runs of all its cameras
  twintrack forget 3 run1 --dry-run                     what would be deleted of trajectory 3 of a run
  twintrack forget 3 run1/hall.trajectories.json        of a run with several videos
  twintrack forget 17 live/site                         of those whom stream --site remembers`,
    )
    .action(forget);
}

async function forget(id: number, folder: string, { dryRun = false }: { readonly dryRun?: boolean }): Promise<void> {
  const { existsSync } = await import('node:fs');
  const { join } = await import('node:path');
  const { inputError, printable } = await import('../core/errors.ts');
  const { findTrajectory, forgetTrajectories } = await import('../search/forget.ts');
  const { trajectoriesOfPerson } = await import('../site/forget.ts');
  const { SITE_JSON } = await import('../site/site-json.ts');
  const { APPEARANCE, forgetRemembered } = await import('../live/site/appearance-file.ts');
  const done = dryRun ? 'would delete' : 'deleted';
  const print = (line: string) => void process.stdout.write(`${done} ${printable(line)}\n`);
  const remembered = join(folder, APPEARANCE);
  if (existsSync(remembered)) {
    const embeddings = await forgetRemembered(remembered, id, dryRun);
    print(`${remembered}: ${embeddings} ${embeddings === 1 ? 'embedding' : 'embeddings'}`);
    return;
  }
  const site = join(folder, SITE_JSON);
  const videos = existsSync(site) ? await trajectoriesOfPerson(site, id) : [await findTrajectory(folder, id)];
  const { indexes, others } = await forgetTrajectories(videos, dryRun);
  if (indexes.length === 0)
    throw inputError(folder, `no embeddings or patches of person ${id} are saved`, 'they may be deleted already');
  const lines = [
    ...indexes.map(
      ({ path, embeddings, pictures }) =>
        `${path}: ${embeddings} ${embeddings === 1 ? 'embedding' : 'embeddings'}${pictures > 0 ? `, ${pictures} ${pictures === 1 ? 'picture' : 'pictures'}` : ''}`,
    ),
    ...others.map(({ path, what }) => `${path}: ${what}`),
  ];
  for (const line of lines) print(line);
}
