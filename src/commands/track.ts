import { type Command, Option } from 'commander';
import { printable, UsageError } from '../core/errors.ts';
import { clock, people } from '../core/text.ts';
import type { TrackProgress, TrackSummary, TrackVideoOptions } from '../engine/track-video.ts';
import { overwriteOption, positive } from './options.ts';
import type { ProgressBar, ProgressForm } from './progress.ts';
import { addTrackOptions, type TrackFlags, trackSettings } from './track-options.ts';

interface TrackOptions extends TrackFlags {
  out: string;
  resume?: boolean;
  overwrite?: boolean;
  jobs: number;
  json?: boolean;
  progress?: ProgressForm;
  verbose?: boolean;
}

/** Registers `twintrack track`. */
export function trackCommand(program: Command): void {
  const command = program
    .command('track')
    .summary('track the people in a video file')
    .description(
      'Tracks the people in a video file, a folder of pictures, a quoted glob of pictures, or standard input (-).\n' +
        'Writes <stem>.trajectories.json, <stem>.mot.txt and <stem>.annotated.mp4; where several inputs have the same ' +
        'stem, the second is called <stem>-2, and so on.',
    )
    .argument('[input...]', 'video files, image folders, quoted globs, or - for standard input')
    .option('--out <dir>', 'folder for the results, made when missing', '.')
    .option('--resume', 'go on with an interrupted run: from <stem>.resume, and without the inputs that were complete')
    .addOption(overwriteOption())
    .option('--jobs <n>', 'inputs tracked at a time, each on its share of the cores', positive(true), 1);
  addTrackOptions(command);
  command
    .option('--json', 'print one line of JSON per input on standard output')
    .addOption(
      new Option('--progress <how>', 'on standard error: auto, a bar or a line a minute; json, a line of JSON a second')
        .choices(['auto', 'json'])
        .default('auto'),
    )
    .addHelpText(
      'after',
      `
Examples:
  twintrack track street.mp4                            results in this folder
  twintrack track street.mp4 --out run1 --anonymize     faces and bodies pixelated in the video
  twintrack track frames/ --fps 25                      a folder of pictures
  twintrack track 'frames/*.png' --no-annotate          a glob of them, no video
  twintrack track dvr.avi --sar 2:1 --deinterlace on    a recorder that says neither
  twintrack track street.mp4 --detector yolox.onnx      your own detector
  twintrack track --detections det.txt --fps 30         a MOT detection file alone
  twintrack track hall.mp4 yard.mp4 --save-embeddings   to link the people of several cameras
  twintrack track street.mp4 --started-at 2026-11-28T08:00:00Z
  twintrack track cam1_20261128_*.mp4 --started-at name  clock times in exports and reports
  twintrack track street.mp4 --out run1 --resume        go on after an interruption
  twintrack track recordings/*.mp4 --jobs 4             four at a time
  twintrack track street.mp4 --set tracking.lostSeconds=3
  twintrack track -- -odd-name.mp4                      a name that begins with a dash

A config file holds the same parameters by stage (docs/parameters.md lists them):
  tracking:
    lostSeconds: 3
  detection:
    minScore: 0.2`,
    )
    .action(async (inputs: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<TrackOptions>();
      if (inputs.length === 0 && !options.detections)
        throw new UsageError('track: no input; name a video, for example: twintrack track street.mp4');
      const { out, resume, overwrite = false } = options;
      const settings = { ...(await trackSettings(inputs, options)), out, resume, overwrite };
      process.exitCode = await trackAll(inputs.length > 0 ? inputs : [undefined], options, settings);
    });
}

/** Tracks all inputs, so many at a time; one that fails does not keep the others from it. Returns the exit code. */
async function trackAll(
  inputs: readonly (string | undefined)[],
  options: TrackOptions,
  settings: TrackVideoOptions,
): Promise<number> {
  const { onInterrupt } = await import('./interrupt.ts');
  const { outputNames } = await import('./output-names.ts');
  const names = outputNames(inputs.map((input) => input ?? settings.detections ?? ''));
  const jobs = Math.min(options.jobs, inputs.length);
  const bars = new Set<ProgressBar>();
  const interrupt = onInterrupt(() => {
    for (const bar of bars) bar.stop();
  });
  const { signal } = interrupt;
  const shared = jobs > 1 ? await withShareOfCores(settings, jobs) : settings;
  const waiting = inputs.entries();
  let exitCode = 0;
  const work = async () => {
    for (const [i, input] of waiting) {
      if (signal.aborted) break;
      const rename = (stem: string) => names[i] ?? stem;
      exitCode = Math.max(exitCode, await trackOne(input, options, { ...shared, rename, signal }, bars));
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  interrupt.dispose();
  return signal.aborted ? 130 : exitCode;
}

/** The settings with as many cores as there are for each of so many runs, unless their number is given. */
async function withShareOfCores(settings: TrackVideoOptions, jobs: number): Promise<TrackVideoOptions> {
  const { availableParallelism } = await import('node:os');
  const { parameters } = settings;
  const cores = parameters?.detection?.cores || Math.max(1, Math.floor(availableParallelism() / jobs));
  return { ...settings, parameters: { ...parameters, detection: { ...parameters?.detection, cores } } };
}

/** Tracks an input, and says what came of it. Returns the exit code. */
async function trackOne(
  input: string | undefined,
  { json = false, verbose = false, progress: form, jobs }: TrackOptions,
  settings: TrackVideoOptions & { readonly signal: AbortSignal },
  bars: Set<ProgressBar>,
): Promise<number> {
  const { trackVideo } = await import('../engine/track-video.ts');
  const { startBar } = await import('./progress.ts');
  const { reportError, reportLine, reportNotice } = await import('./report-error.ts');
  const { signal } = settings;
  const bar = await startBar('frames', { form, input: input ?? settings.detections, several: jobs > 1 });
  bars.add(bar);
  try {
    const summary = await trackVideo(input, {
      ...settings,
      onProgress: (done) => show(bar, done),
      onNotice: (notice) => bar.aside(() => reportNotice(notice)),
    });
    bar.stop();
    if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
    else print(summary);
    if (summary.error === undefined || signal.aborted) return 0;
    reportLine(summary.error);
    return 1;
  } catch (error) {
    bar.stop();
    const message = error instanceof Error ? error.message : String(error);
    if (json) process.stdout.write(`${JSON.stringify({ input: input ?? settings.detections, error: message })}\n`);
    if (!signal.aborted) return reportError(error, verbose);
    reportLine(`${printable(input ?? 'the boxes')}: nothing was tracked yet, and no file is written`);
    return 0;
  } finally {
    bars.delete(bar);
  }
}

function show(bar: ProgressBar, { activity, frames, total, people: count }: TrackProgress): void {
  bar.update(frames, total, people(count), activity === 'draw' ? 'frames drawn' : 'frames');
}

/** Prints on standard error what was done. */
function print({
  input,
  frames,
  duration,
  fps,
  trajectories,
  ignored,
  looked,
  models,
  files,
  resumed,
  resumable,
  earlier,
  decoder,
}: TrackSummary): void {
  const lengthOf = (seconds: number) => (seconds < 60 ? `${seconds.toFixed(1)} s` : clock(seconds));
  const detector = models.find(({ role, provider }) => role === 'detector' && provider);
  const computed = detector ? `, ${printable(detector.name)} on ${detector.provider}` : '';
  const found = `${printable(input)}: ${people(trajectories)} in ${frames} frames (${lengthOf(duration)})`;
  if (earlier) {
    process.stderr.write(`${found}, tracked before\n`);
    return;
  }
  const lines = [
    `${found}, ${fps.toFixed(1)} frames/s${computed}${decoder ? `, ${decoder}` : ''}`,
    ...(resumed ? [`  of them ${resumed} frames from the interrupted run`] : []),
    ...unseen(looked),
    ...ignored.map(({ name, ignored }) => `  ${printable(name)}: ${ignored} detections ignored`),
    ...Object.values(files).map((file) => `  ${printable(file)}`),
    ...(resumable ? [`  the same command with --resume goes on from frame ${resumable}`] : []),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** A line on the frames in which the detector did not run. */
function unseen({ detected, still, skipped }: TrackSummary['looked']): string[] {
  if (still + skipped === 0) return [];
  const reasons = [
    ...(still > 0 ? [`${still} empty ones in which nothing moved were left out`] : []),
    ...(skipped > 0 ? [`people were predicted in ${skipped}`] : []),
  ];
  return [`  detection in ${detected} frames; ${reasons.join(', ')}`];
}
