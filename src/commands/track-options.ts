import { type Command, Option } from 'commander';
import { UsageError } from '../core/errors.ts';
import type { TrackVideoOptions } from '../engine/track-video.ts';
import { configOption, positive, type ReadingFlags, readingOptions, setOption, withReading } from './options.ts';

/** What the user says of how videos are to be tracked. */
export interface TrackFlags extends ReadingFlags {
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
  set: string[];
  config?: string;
}

/** Adds the options that say how videos are to be tracked, here or on other machines. */
export function addTrackOptions(command: Command): void {
  command
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
    );
  for (const option of readingOptions()) command.addOption(option);
  command.addOption(configOption()).addOption(setOption());
}

/**
 * The settings that the flags stand for.
 *
 * @param inputs the videos; none with `detections` alone
 * @throws UsageError when some do not go together
 * @throws TwintrackError when the config file cannot be read or a value in it does not fit
 */
export async function trackSettings(
  inputs: readonly string[],
  flags: TrackFlags,
): Promise<Omit<TrackVideoOptions, 'out'>> {
  checkUsage(inputs, flags);
  const { loadParameters } = await import('../engine/configuration.ts');
  const { detector, detections, fps, maxFrames, online, annotate, anonymize } = flags;
  const { savePatches, saveEmbeddings, startedAt } = flags;
  const parameters = await withReading(await loadParameters(flags.config, flags.set), flags);
  const saving = savePatches ? '--save-patches' : saveEmbeddings ? '--save-embeddings' : undefined;
  if (saving && parameters.appearance.mode === 'off')
    throw new UsageError(`${saving}: no patches are cut with appearance.mode=off; leave that out`);
  if (saving && inputs.length === 0)
    throw new UsageError(`${saving}: there are no pictures to save without a video; name one`);
  return {
    ...{ detector, detections, maxFrames, online, anonymize, savePatches, saveEmbeddings, startedAt, parameters },
    frameRate: fps,
    annotate: annotate && inputs.length > 0,
  };
}

function checkUsage(inputs: readonly string[], options: TrackFlags): void {
  const { detections, fps, annotate, anonymize, savePatches } = options;
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
