import { basename, dirname, join } from 'node:path';
import { areasOfRun } from '../analytics/parameters.ts';
import { inputError, printable, UsageError } from '../core/errors.ts';
import { readConfig } from '../files/config-file.ts';
import { nameSources } from '../live/camera/source.ts';
import { findVideo } from '../trajectories/index.ts';
import type { Connecting } from '../video/camera/address.ts';
import { isCamera } from '../video/index.ts';
import { readingOf } from '../video/parameters.ts';
import { shownSize } from '../video/shown-size.ts';
import { AreasFile } from './areas-file.ts';
import type { Place } from './config-text.ts';
import type { SourceSize } from './drawing.ts';
import { type DrawingPicture, takePicture } from './picture.ts';
import { type RunPaths, readRun } from './run-paths.ts';

/** What is drawn on, and the file that is written. */
export interface Subject {
  /** The input as it may be shown. */
  readonly title: string;
  readonly file: AreasFile;
  /** What is known of the size of the picture, to check areas against. */
  readonly source: SourceSize;
  /** The size that coordinates are of. */
  readonly picture: { readonly width: number; readonly height: number };
  /** How much wider the picture is shown; absent where the picture has the shape itself. */
  readonly stretch?: number | undefined;
  /** Takes the picture as JPEG; undefined where there is none now. Absent for a run without its video, or one that is anonymised. */
  readonly takeJpeg?: ((signal: AbortSignal) => Promise<Uint8Array | undefined>) | undefined;
  /** Why there is no picture. */
  readonly plain?: string | undefined;
  readonly run: RunPaths | undefined;
}

/** Settings of {@link openSubject}. */
export interface SubjectOptions {
  /** YAML file to read and write; default `<stem>.yaml` beside the input, of a camera in the current folder. */
  readonly config?: string | undefined;
  /** Time of the frame in seconds; default the first. */
  readonly at?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens what is to be drawn on.
 *
 * @param input a video, the address of a camera, the name of a camera in the config file, or the trajectories of a run
 * @throws UsageError when the input or an option is of no use
 * @throws TwintrackError when something cannot be read
 */
export async function openSubject(input: string, options: SubjectOptions): Promise<Subject> {
  if (input === '-') throw new UsageError('zones -: standard input can be read once only; name a file');
  if (/\.json$/i.test(input)) return openRun(input, options);
  const { config, at, signal } = options;
  const values = config === undefined ? {} : await sectionsOf(config);
  const camera = findCamera(values.cameras, input);
  const url = camera?.url ?? input;
  const reading = readingOf({ video: values.video });
  const picture = await takePicture(url, { ...reading, ...camera?.connecting, at, signal });
  const name = isCamera(url) ? nameSources([url])[0].name : picture.name;
  const beside = isCamera(url) ? `${name}.yaml` : join(dirname(url), `${name}.yaml`);
  return {
    title: camera?.name ?? printable(isCamera(url) ? url : basename(url)),
    file: new AreasFile(config ?? beside, camera?.place),
    source: picture,
    run: undefined,
    ...pictured(picture),
  };
}

async function openRun(input: string, { config, at, signal }: SubjectOptions): Promise<Subject> {
  const run = await readRun(input);
  const { header, picture } = run;
  const video = header.anonymized ? undefined : findVideo(input, header);
  const taken =
    video === undefined ? undefined : await takePicture(video, { ...readingOf(header.parameters), at, signal });
  if (taken && (taken.width !== picture.width || taken.height !== picture.height)) {
    const reason = `is of ${taken.width} × ${taken.height} pixels, the trajectories are of ${picture.width} × ${picture.height}`;
    throw inputError(video ?? '', reason, 'put the video that they were made from beside them');
  }
  const plain = header.anonymized
    ? 'The run is anonymised: no picture of it is shown.'
    : `The video ${header.source.name} does not lie beside the run: there is no picture.`;
  return {
    title: printable(basename(input)),
    file: new AreasFile(
      config ?? input.replace(/(\.trajectories)?\.json$/i, '.yaml'),
      [],
      areasOfRun(header.parameters),
    ),
    source: header.source,
    run,
    ...(taken
      ? pictured(taken)
      : { picture, stretch: shownSize(picture, header.source.sampleAspectRatio).stretch, plain }),
  };
}

function pictured({ jpeg, width, height, sampleAspectRatio }: DrawingPicture) {
  const picture = { width, height };
  return { picture, stretch: shownSize(picture, sampleAspectRatio).stretch, takeJpeg: async () => jpeg };
}

/** The sections of a config file; none where there is no file yet. */
export async function sectionsOf(config: string): Promise<Record<string, unknown>> {
  const { existsSync } = await import('node:fs');
  return existsSync(config) ? readConfig(config) : {};
}

/** The entry of a camera in a config file, by its name or address. */
export function findCamera(cameras: unknown, input: string) {
  if (!Array.isArray(cameras)) return undefined;
  const i = cameras.findIndex((camera) => `${camera?.name}` === input || camera?.url === input);
  if (i < 0) return undefined;
  const { name, url, transport, tlsVerify, tlsCa } = cameras[i];
  const place: Place = ['cameras', i];
  const connecting: Connecting = { transport, tlsVerify, tlsCa };
  return { name: `${name ?? printable(url)}`, url: `${url}`, place, connecting };
}
