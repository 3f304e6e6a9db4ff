import type { Command } from 'commander';

/** Registers `twintrack search`. */
export function searchCommand(program: Command): void {
  program
    .command('search')
    .summary('find the trajectories that show the person of a picture')
    .description(
      'Compares a picture of one person with everybody tracked in a run made with --save-patches, and prints the trajectories, most\n' +
        'alike first (0 to 1, the same person from 0.5 on). <query>.search.png beside the results shows the best patches.',
    )
    .argument('<query>', 'picture of a person, from head to feet, of any size')
    .argument('<run-dir>', 'folder of results: what "twintrack track --save-patches --out" was given')
    .option('--json', 'print one JSON object instead of the table')
    .addHelpText(
      'after',
      `
Example:
  twintrack track street.mp4 --out run1 --save-patches
  twintrack search guest.jpg run1`,
    )
    .action(async (query: string, folder: string, { json }: { json?: boolean }) => {
      const { basename, extname, join } = await import('node:path');
      const { searchRun } = await import('../search/search-run.ts');
      const { writeContactSheet } = await import('../search/contact-sheet.ts');
      const { printable } = await import('../errors.ts');
      const { clock } = await import('./progress.ts');
      const found = await searchRun(query, folder);
      const several = new Set(found.map(({ source }) => source)).size > 1;
      const lines = found.map(
        ({ similarity, id, from, to, source }) =>
          `${similarity.toFixed(3)}  person ${id}  ${clock(from)} to ${clock(to)}${several ? `  ${source}` : ''}`,
      );
      const sheet = join(folder, `${basename(query, extname(query))}.search.png`);
      await writeContactSheet(
        sheet,
        query,
        found.map((one, i) => ({ ...one, label: lines[i] })),
      );
      if (json) {
        const results = found.map(({ patches, folder, ...one }) => ({
          ...one,
          same: one.similarity >= 0.5,
          patches: patches.map((file) => join(folder, file)),
        }));
        process.stdout.write(`${JSON.stringify({ query, results, sheet })}\n`);
      } else {
        for (const line of lines) process.stdout.write(`${printable(line)}\n`);
        process.stderr.write(`${printable(sheet)}\n`);
      }
    });
}
