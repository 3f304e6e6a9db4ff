import type { Command } from 'commander';
import type { Cameras } from '../appearance/calibration.ts';
import { clock } from '../core/text.ts';
import type { FoundPerson } from '../site/search-site.ts';
import { camerasOption, VERDICTS } from './similarity.ts';

/** Registers `twintrack search`. */
export function searchCommand(program: Command): void {
  program
    .command('search')
    .summary('find the trajectories that show the person of a picture')
    .description(
      'Compares a picture of one person with all people of runs made with --save-patches. Prints the trajectories, most similar first, each ' +
        'with the probability, from 0 to 1, that it is the person of the picture: among many candidates, likeness proves less. From 0.8 on it is ' +
        '"the same person", up to 0.2 "different people". Writes their best patches to <query>.search.png in the first folder.',
    )
    .argument('<query>', 'picture of a person, from head to feet, of any size')
    .argument(
      '<run-dir...>',
      'folders that "twintrack track --save-patches --out" wrote to, or one that "twintrack link" wrote to',
    )
    .addOption(camerasOption('whether the camera of the runs made the picture, or another one'))
    .option('--json', 'print one JSON object instead of the table')
    .addHelpText(
      'after',
      `
Examples:
  twintrack track street.mp4 --out run1 --save-patches
  twintrack search guest.jpg run1
  twintrack search guest.jpg monday tuesday --cameras two        several days; the picture is by another camera
  twintrack search guest.jpg site                       the people of a site, by the patches of all cameras`,
    )
    .action(async (query: string, folders: string[], { cameras, json }: { cameras?: Cameras; json?: boolean }) => {
      const { basename, dirname, extname, join } = await import('node:path');
      const { isPatches, SHEET_ENDING } = await import('../search/index-file.ts');
      const { writeContactSheet } = await import('../search/contact-sheet.ts');
      const { printable } = await import('../core/errors.ts');
      const found = await search(query, folders, cameras);
      const beside = isPatches(folders[0]) ? dirname(folders[0]) : folders[0];
      const sheet = join(beside, `${basename(query, extname(query))}${SHEET_ENDING}`);
      const rows = found.map(({ result: { similarity, verdict, id, from, to, patches }, where }) => {
        const label = `${similarity.toFixed(3)} ${verdict}: person ${id}, ${clock(from)} to ${clock(to)}`;
        return { id, patches, label: where ? `${label}, ${where}` : label };
      });
      // where the sheet cannot be written, what was found is printed all the same
      const failure: unknown = await writeContactSheet(sheet, query, rows).catch((reason) => reason);
      if (json) {
        const results = found.map(({ result }) => result);
        process.stdout.write(`${JSON.stringify({ query, results, ...(!failure && { sheet }) })}\n`);
      } else {
        for (const { result, where } of found) process.stdout.write(`${printable(lineOf(result, where))}\n`);
        if (!failure) process.stderr.write(`${printable(sheet)}\n`);
      }
      if (failure) throw failure;
    });
}

/** What is found, and where it was, if that is not the same for all. */
interface Found {
  readonly result: Pick<FoundPerson, 'id' | 'similarity' | 'verdict' | 'from' | 'to' | 'patches'>;
  readonly where: string;
}

async function search(query: string, folders: readonly string[], cameras: Cameras): Promise<Found[]> {
  const { existsSync } = await import('node:fs');
  const { join } = await import('node:path');
  const { SITE_JSON } = await import('../site/site-json.ts');
  if (folders.length === 1 && existsSync(join(folders[0], SITE_JSON))) {
    const { searchSite } = await import('../site/search-site.ts');
    const found = await searchSite(query, folders[0], { cameras });
    return found.map((result) => ({ result, where: result.cameras.join(', ') }));
  }
  const { searchRun } = await import('../search/search-run.ts');
  const found = await searchRun(query, folders, { cameras });
  const several = new Set(found.map(({ source }) => source)).size > 1;
  return found.map(({ folder, ...one }) => ({
    result: { ...one, patches: one.patches.map((file) => join(folder, file)) },
    where: several ? one.source : '',
  }));
}

function lineOf({ similarity, verdict, id, from, to }: Found['result'], where: string): string {
  const line = `${similarity.toFixed(3)}  ${VERDICTS[verdict].padEnd(16)}  person ${id}  ${clock(from)} to ${clock(to)}`;
  return where ? `${line}  ${where}` : line;
}
