import type { Command } from 'commander';
import { printable } from '../core/errors.ts';
import { people as counted } from '../core/text.ts';
import type { SiteRun } from '../site/index.ts';

/** Registers `twintrack link`. */
export function linkCommand(program: Command): void {
  program
    .command('link')
    .argument('[file...]', 'trajectories of one camera each, made with --save-embeddings: CAMERA.trajectories.json')
    .summary('give the people of several cameras one id each')
    .description(
      'Joins what several cameras have tracked, by appearance, walking times and the number of candidates; a person is never in two places ' +
        'at once. Writes site.json (people with their tracklets), walking-times.csv, and the trajectories of each camera with the ids ' +
        'of the site. Walking times and wrong clocks are learned; a site file says what is known: docs/linking.md.',
    )
    .requiredOption('--out <dir>', 'folder for the results, made when missing')
    .option('--site <file>', 'YAML file with the cameras, their clocks and the ways between them')
    .option('--json', 'print site.json on standard output')
    .addHelpText(
      'after',
      `
Examples:
  twintrack track hall.mp4 yard.mp4 --out run1 --save-embeddings
  twintrack link run1/hall.trajectories.json run1/yard.trajectories.json --out site
  twintrack link --site site.yaml --out site
  twintrack report site                                 one HTML page of who was where and when
  twintrack report site/hall.trajectories.json          one camera, with the ids of the site`,
    )
    .action(link);
}

async function link(
  files: string[],
  { out, site, json }: { readonly out: string; readonly site?: string; readonly json?: boolean },
): Promise<void> {
  const { linkSite } = await import('../site/index.ts');
  const { reportNotice } = await import('./report-error.ts');
  const result = await linkSite(files, { out, site, onNotice: reportNotice });
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else process.stderr.write(`${summary(out, result).map(printable).join('\n')}\n`);
}

/** What was found, as lines. */
function summary(out: string, { cameras, people, ways }: SiteRun): string[] {
  const tracklets = people.flatMap((person) => person.tracklets);
  const joins = tracklets.length - people.length;
  const over = people.filter((person) => new Set(person.tracklets.map(({ camera }) => camera)).size > 1).length;
  const width = Math.max(...cameras.map(({ name }) => name.length));
  const seen = (name: string) =>
    people.filter((person) => person.tracklets.some(({ camera }) => camera === name)).length;
  return [
    `${out}: ${counted(people.length)} in ${cameras.length} cameras, ${joins} joins, ${counted(over)} in more than one`,
    ...cameras.map(({ name }) => `  ${name.padEnd(width)}  ${counted(seen(name))}`),
    ...ways
      .filter(({ from, to }) => from !== to)
      .map(
        ({ from, to, people: count, median }) => `  ${from} to ${to}: ${count} times, median ${median.toFixed(1)} s`,
      ),
  ];
}
