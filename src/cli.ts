#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { doctorCommand } from './commands/doctor.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { trackCommand } from './commands/track.ts';
import { redact, TwintrackError } from './errors.ts';
import { version } from './version.ts';

const program = new Command('twintrack')
  .description('Follows people through video: trajectories as JSON, MOT text and annotated video.')
  .version(version)
  .option('--verbose', 'show the stack trace of an error')
  .showHelpAfterError('(run with --help for usage)')
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  twintrack track videos/pets09-s2l1.mp4 --out out     trajectories and an annotated video
  twintrack evaluate --gt gt.txt --results out/pets09-s2l1.mot.txt
  twintrack doctor                                     what is installed, what is missing

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.`,
  );
trackCommand(program);
evaluateCommand(program);
doctorCommand(program);
for (const command of program.commands) command.exitOverride();

// A reader that went away (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Tells an error on stderr and gives the exit code for it. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const known = error instanceof TwintrackError;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `twintrack: ${known ? message : `unexpected error: ${redact(message)}; run again with --verbose for the stack trace`}\n`,
  );
  if (program.opts().verbose && error instanceof Error) process.stderr.write(`${redact(error.stack ?? '')}\n`);
  return known ? error.exitCode : 1;
}
