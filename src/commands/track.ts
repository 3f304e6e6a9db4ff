import { type Command, InvalidArgumentError } from 'commander';
import type { TrackSummary } from '../track-video.ts';

interface TrackOptions {
  out: string;
  detector: string;
  detections?: string;
  fps?: number;
  online?: boolean;
  annotate: boolean;
  anonymize?: boolean;
  maxFrames?: number;
  set: string[];
  config?: string;
  json?: boolean;
}

/** Registers `twintrack track`. */
export function trackCommand(program: Command): void {
  program
    .command('track')
    .summary('follow the people in a video file')
    .description(
      'Follows the people in a video file, a folder of pictures, a quoted glob of pictures, or standard input (-).\n' +
        'Writes <stem>.trajectories.json, <stem>.mot.txt and <stem>.annotated.mp4.',
    )
    .argument('[input...]', 'video files, image folders, quoted globs, or - for standard input')
    .option('--out <dir>', 'folder for the results, made when missing', '.')
    .option('--detector <name|file>', 'detector: centernet (shipped) or an ONNX file', 'centernet')
    .option('--detections <file>', 'MOT detection file instead of a detector; the video is then optional')
    .option('--fps <n>', 'frame rate of --detections without a video, or of pictures', positive())
    .option('--online', 'use no look-ahead: what a live camera would get')
    .option('--no-annotate', 'write no annotated video')
    .option('--anonymize', 'pixelate every person in the annotated video')
    .option('--max-frames <n>', 'stop after this many frames', positive(true))
    .option('--config <file>', 'YAML file with parameters by stage')
    .option('--set <stage.name=value>', 'set one parameter; may be repeated', (v, all: string[]) => [...all, v], [])
    .option('--json', 'print a summary as one JSON object a line on standard output')
    .addHelpText(
      'after',
      `
Examples:
  twintrack track street.mp4                            results beside you
  twintrack track street.mp4 --out run1 --anonymize     faces and bodies pixelated in the video
  twintrack track frames/ --fps 25                      a folder of pictures
  twintrack track 'frames/*.png' --no-annotate          a glob of them, no video
  twintrack track street.mp4 --detector yolox.onnx      your own detector
  twintrack track --detections det.txt --fps 30         a MOT detection file alone
  twintrack track street.mp4 --set tracking.lostSeconds=3
  twintrack track -- -odd-name.mp4                      a name that begins with a dash

A config file holds the same parameters by stage:
  tracking:
    lostSeconds: 3
  detection:
    threshold: 0.2`,
    )
    .action(async (inputs: string[], options: TrackOptions) => {
      const { UsageError } = await import('../errors.ts');
      if (inputs.length === 0) {
        if (!options.detections)
          throw new UsageError('track: no input; name a video, for example: twintrack track street.mp4');
        if (!options.fps)
          throw new UsageError('--detections without a video: the frame rate is not known; add --fps 30');
      }
      if (inputs.length > 1 && options.detections)
        throw new UsageError('--detections: one detection file fits one video; track them one by one');
      const { loadParameters } = await import('../parameters.ts');
      const parameters = await loadParameters(options.config, options.set);
      const { trackVideo } = await import('../track-video.ts');
      const { startProgress } = await import('./progress.ts');
      const interrupt = onInterrupt();
      try {
        for (const input of inputs.length > 0 ? inputs : [undefined]) {
          const progress = await startProgress();
          let summary: TrackSummary;
          try {
            summary = await trackVideo(input, {
              out: options.out,
              detector: options.detector,
              ...(options.detections === undefined ? {} : { detections: options.detections }),
              ...(options.fps === undefined ? {} : { frameRate: options.fps }),
              ...(options.maxFrames === undefined ? {} : { maxFrames: options.maxFrames }),
              annotate: options.annotate && input !== undefined,
              anonymize: options.anonymize ?? false,
              parameters,
              signal: interrupt.signal,
              onProgress: progress.update,
            });
          } finally {
            progress.stop();
          }
          if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
          else tell(summary);
          if (interrupt.signal.aborted) {
            process.exitCode = 130;
            return;
          }
          if (summary.error !== undefined) {
            process.stderr.write(`twintrack: ${summary.error}\n`);
            process.exitCode = 1;
          }
        }
      } finally {
        interrupt.dispose();
      }
    });
}

/** Parser of a positive number given as an option. */
function positive(whole = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (value > 0 && Number.isFinite(value) && (!whole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`it must be a positive ${whole ? 'whole ' : ''}number.`);
  };
}

/** A first Ctrl-C or SIGTERM asks for an orderly end; a second one ends at once. */
function onInterrupt(): { signal: AbortSignal; dispose: () => void } {
  const controller = new AbortController();
  const handle = (): void => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write('\ntwintrack: interrupted; closing the outputs (again to quit at once)\n');
    controller.abort(new Error('interrupted'));
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return {
    signal: controller.signal,
    dispose() {
      process.off('SIGINT', handle);
      process.off('SIGTERM', handle);
    },
  };
}

function tell(summary: TrackSummary): void {
  const { frames, fps, trajectories, files } = summary;
  process.stderr.write(
    `${frames} frames at ${fps.toFixed(1)} frames/s, ${trajectories} ${trajectories === 1 ? 'person' : 'people'}\n`,
  );
  for (const file of Object.values(files)) process.stderr.write(`  ${file}\n`);
}
