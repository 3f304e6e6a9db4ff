import type { Command } from 'commander';
import { clock } from '../core/text.ts';

/** Registers `twintrack search`. */
export function searchCommand(program: Command): void {
  program
    .command('search')
    .summary('find the trajectories that show the person of a picture')
    .description(
      'Compares a picture of one person with all people of a run made with --save-patches. Prints the trajectories, most similar first, ' +
        'with a similarity from 0 to 1: 0.5 or more means the same person. Writes their best patches to <query>.search.png in the same folder.',
    )
    .argument('<query>', 'picture of a person, from head to feet, of any size')
    .argument('<run-dir>', 'folder that "twintrack track --save-patches --out" wrote to')
    .option('--json', 'print one JSON object instead of the table')
    .addHelpText(
      'after',
      `
Examples:
  twintrack track street.mp4 --out run1 --save-patches
  twintrack search guest.jpg run1`,
    )
    .action(async (query: string, folder: string, { json }: { json?: boolean }) => {
      const { basename, dirname, extname, join } = await import('node:path');
      const { isPatches } = await import('../search/index-file.ts');
      const { searchRun } = await import('../search/search-run.ts');
      const { writeContactSheet } = await import('../search/contact-sheet.ts');
      const { printable } = await import('../core/errors.ts');
      const found = await searchRun(query, folder);
      const several = new Set(found.map(({ source }) => source)).size > 1;
      const lines = found.map(
        ({ similarity, id, from, to, source }) =>
          `${similarity.toFixed(3)}  person ${id}  ${clock(from)} to ${clock(to)}${several ? `  ${source}` : ''}`,
      );
      const beside = isPatches(folder) ? dirname(folder) : folder;
      const sheet = join(beside, `${basename(query, extname(query))}.search.png`);
      const rows = found.map((one, i) => ({ ...one, label: lines[i] }));
      // where the sheet cannot be written, what was found is printed all the same
      const failure: unknown = await writeContactSheet(sheet, query, rows).catch((reason) => reason);
      if (json) {
        const results = found.map(({ patches, folder, ...one }) => ({
          ...one,
          same: one.similarity >= 0.5,
          patches: patches.map((file) => join(folder, file)),
        }));
        process.stdout.write(`${JSON.stringify({ query, results, ...(!failure && { sheet }) })}\n`);
      } else {
        for (const line of lines) process.stdout.write(`${printable(line)}\n`);
        if (!failure) process.stderr.write(`${printable(sheet)}\n`);
      }
      if (failure) throw failure;
    });
}
