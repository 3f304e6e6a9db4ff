#!/usr/bin/env node
import { Command } from 'commander';
import { adaptCommand } from './commands/adapt.ts';
import { calibrateCommand } from './commands/calibrate.ts';
import { calibrateScoresCommand } from './commands/calibrate-scores.ts';
import { calibrateSimilarityCommand } from './commands/calibrate-similarity.ts';
import { camerasCommand } from './commands/cameras.ts';
import { doctorCommand } from './commands/doctor.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { exportCommand } from './commands/export.ts';
import { forgetCommand } from './commands/forget.ts';
import { jobsCommand } from './commands/jobs.ts';
import { linkCommand } from './commands/link.ts';
import { queryCommand } from './commands/query.ts';
import { reportCommand } from './commands/report.ts';
import { reportError, reportLine } from './commands/report-error.ts';
import { searchCommand } from './commands/search.ts';
import { similarityCommand } from './commands/similarity.ts';
import { streamCommand } from './commands/stream.ts';
import { submitCommand } from './commands/submit.ts';
import { trackCommand } from './commands/track.ts';
import { trainCommand } from './commands/train.ts';
import { tuneCommand } from './commands/tune.ts';
import { workerCommand } from './commands/worker.ts';
import { zonesCommand } from './commands/zones.ts';
import { printable, redact } from './core/errors.ts';
import { letHeapGrow } from './core/heap-growth.ts';
import { version } from './core/version.ts';
import { writeError } from './files/file-errors.ts';

letHeapGrow();
hideSecrets();
const program = new Command('twintrack')
  .description('Tracks people through video: trajectories as JSON, MOT text and annotated video.')
  .version(version)
  .option('--verbose', 'show the stack trace of an error')
  .exitOverride()
  .configureOutput({ outputError: (text) => reportLine(`${redact(usageFault(text))}; see --help`) })
  .addHelpText(
    'after',
    `
Examples:
  twintrack track videos/pets09-s2l1.mp4 --out out     trajectories and an annotated video
  twintrack stream rtsp://user:password@camera/stream  a live camera, until you stop it
  twintrack zones out/pets09-s2l1.trajectories.json    draw lines and zones, with the run's counts
  twintrack report out/pets09-s2l1.trajectories.json   one page of who was where and when
  twintrack evaluate --gt gt.txt --results out/pets09-s2l1.mot.txt
  twintrack doctor                                     what is installed, what is missing

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.`,
  );
// The commands take over these settings, so they come last.
trackCommand(program);
streamCommand(program);
camerasCommand(program);
submitCommand(program);
workerCommand(program);
jobsCommand(program);
evaluateCommand(program);
similarityCommand(program);
searchCommand(program);
linkCommand(program);
forgetCommand(program);
exportCommand(program);
queryCommand(program);
reportCommand(program);
zonesCommand(program);
calibrateCommand(program);
calibrateScoresCommand(program);
calibrateSimilarityCommand(program);
trainCommand(program);
adaptCommand(program);
tuneCommand(program);
doctorCommand(program);

// A reader that went away (`| head`) is no failure, and no reason to leave the rest of the work undone.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  reportLine(writeError('standard output', error).message);
  process.exit(1);
});
process.stderr.on('error', () => {});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error, program.opts().verbose);
}

/** Commander's message, of several lines, as one. */
function usageFault(text: string): string {
  return text
    .replace(/^error: /, '')
    .replace(/^(unknown option '[^=']*)=.*/s, "$1'") // its value may be a secret
    .replace(/\s+/g, ' ')
    .replace(/[.\s]+$/, '');
}

/** Takes passwords and tokens out of what other users of this machine see of the command line. */
function hideSecrets(): void {
  const args = process.argv.slice(2);
  const shown = args.map((arg, i) =>
    /^--(admin-)?token$/.test(args[i - 1]) ? '***' : printable(arg).replace(/^(--(?:admin-)?token=).*/s, '$1***'),
  );
  if (shown.some((arg, i) => arg !== args[i])) process.title = ['twintrack', ...shown].join(' ');
}
