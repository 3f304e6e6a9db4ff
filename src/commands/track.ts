import { type Command, Option } from 'commander';
import { printable, UsageError } from '../core/errors.ts';
import { clock, people } from '../core/text.ts';
import type { TrackProgress, TrackSummary, TrackVideoOptions } from '../engine/track-video.ts';
import { configOption, positive, type ReadingFlags, readingOptions, setOption, withReading } from './options.ts';
import type { ProgressBar } from './progress.ts';

interface TrackOptions extends ReadingFlags {
  out: string;
  detector: string;
  detections?: string;
  fps?: number;
  online?: boolean;
  annotate: boolean;
  anonymize?: boolean;
  savePatches?: boolean;
  saveEmbeddings?: boolean;
  maxFrames?: number;
  startedAt?: string;
  resume?: boolean;
  set: string[];
  config?: string;
  json?: boolean;
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
    .option('--detector <name|file>', 'detector: rtmdet-nano (shipped) or an ONNX file', 'rtmdet-nano')
    .addOption(
      new Option(
        '--detections <file>',
        'MOT detection file instead of a detector; the video is then optional',
      ).conflicts('detector'),
    )
    .option(
      '--fps <n>',
      'frame rate of --detections without a video, of pictures, or of video without timestamps',
      positive(),
    )
    .option('--online', 'do not look ahead, as with a live camera; always so with standard input')
    .option('--no-annotate', 'write no annotated video')
    .option('--anonymize', 'pixelate every person in the annotated video; a report shows no pictures')
    .option('--save-patches', 'save the best patches of every person, for "twintrack search", as <stem>.patches')
    .option(
      '--save-embeddings',
      'save their embeddings without the pictures, for "twintrack link", as <stem>.embeddings.json',
    )
    .option('--max-frames <n>', 'stop after this many frames', positive(true))
    .option(
      '--started-at <when>',
      'when the video began: a date and time, "created" as the file says, or "name" where its name has it',
    )
    .option('--resume', 'go on with an interrupted run: from <stem>.resume, and without the inputs that were complete');
  for (const option of readingOptions()) command.addOption(option);
  command
    .addOption(configOption())
    .addOption(setOption())
    .option('--json', 'print one line of JSON per input on standard output')
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
      checkUsage(inputs, options);
      const { loadParameters } = await import('../engine/configuration.ts');
      const { detector, detections, fps, maxFrames, online, annotate, anonymize } = options;
      const { savePatches, saveEmbeddings, startedAt, resume } = options;
      const parameters = await withReading(await loadParameters(options.config, options.set), options);
      const saving = savePatches ? '--save-patches' : saveEmbeddings ? '--save-embeddings' : undefined;
      if (saving && parameters.appearance.mode === 'off')
        throw new UsageError(`${saving}: no patches are cut with appearance.mode=off; leave that out`);
      if (saving && inputs.length === 0)
        throw new UsageError(`${saving}: there are no pictures to save without a video; name one`);
      process.exitCode = await trackAll(inputs.length > 0 ? inputs : [undefined], options, {
        out: options.out,
        detector,
        detections,
        frameRate: fps,
        maxFrames,
        online,
        annotate: annotate && inputs.length > 0,
        anonymize,
        savePatches,
        saveEmbeddings,
        startedAt,
        resume,
        parameters,
        rename: distinct(),
      });
    });
}

function checkUsage(inputs: readonly string[], options: TrackOptions): void {
  const { detections, fps, annotate, anonymize, savePatches } = options;
  if (inputs.length === 0 && !detections)
    throw new UsageError('track: no input; name a video, for example: twintrack track street.mp4');
  if (inputs.length === 0 && !fps)
    throw new UsageError('--detections without a video: the frame rate is not known; add --fps 30');
  if (inputs.length > 1 && detections)
    throw new UsageError('--detections: one detection file fits one video; track them one by one');
  if (anonymize && (!annotate || inputs.length === 0))
    throw new UsageError('--anonymize: no video is written that it could apply to; name one, without --no-annotate');
  if (anonymize && savePatches)
    throw new UsageError(
      '--save-patches: the pictures would show the people whom --anonymize hides; use --save-embeddings',
    );
}

/** Tracks one input after the other; one that fails does not keep the others from it. Returns the exit code. */
async function trackAll(
  inputs: readonly (string | undefined)[],
  { json = false, verbose = false }: TrackOptions,
  settings: TrackVideoOptions,
): Promise<number> {
  const { trackVideo } = await import('../engine/track-video.ts');
  const { startBar } = await import('./progress.ts');
  const { onInterrupt } = await import('./interrupt.ts');
  const { reportError, reportLine, reportNotice } = await import('./report-error.ts');
  let progress: ProgressBar | undefined;
  const interrupt = onInterrupt(() => progress?.stop());
  const { signal } = interrupt;
  let exitCode = 0;
  for (const input of inputs) {
    if (signal.aborted) break;
    const bar = await startBar();
    progress = bar;
    try {
      const summary = await trackVideo(input, {
        ...settings,
        signal,
        onProgress: (done) => show(bar, done),
        onNotice: (notice) => bar.aside(() => reportNotice(notice)),
      });
      progress.stop();
      if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
      else print(summary);
      if (summary.error === undefined || signal.aborted) continue;
      reportLine(summary.error);
      exitCode = 1;
    } catch (error) {
      progress.stop();
      const message = error instanceof Error ? error.message : String(error);
      if (json) process.stdout.write(`${JSON.stringify({ input: input ?? settings.detections, error: message })}\n`);
      if (!signal.aborted) exitCode = reportError(error, verbose);
    }
  }
  interrupt.dispose();
  return signal.aborted ? 130 : exitCode;
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

/** Gives each stem a name that no other has, also where the file system takes capitals for small letters. */
function distinct(): (stem: string) => string {
  const taken = new Set<string>();
  return (stem) => {
    let name = stem;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${stem}-${n}`;
    taken.add(name.toLowerCase());
    return name;
  };
}
