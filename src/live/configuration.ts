import { z } from 'zod';
import { ignoreParameters, linesParameters, zonesParameters } from '../analytics/parameters.ts';
import { inputError, redact } from '../core/errors.ts';
import { firstProblem } from '../core/schema.ts';
import { loadSections } from '../engine/configuration.ts';
import { readConfig } from '../files/config-file.ts';
import { type CameraSource, nameSources } from './camera/source.ts';
import type { SkippedCamera } from './camera/usable.ts';
import type { LiveConfiguration } from './live.ts';
import { cameraParametersSchema } from './parameters.ts';

const CAMERA = z.strictObject({
  name: z.coerce.string().optional().describe('what the camera is called in outputs, folders and topics'),
  url: z.string().describe('its address'),
  transport: z.enum(['auto', 'tcp', 'udp']).optional(),
  zones: zonesParameters.optional(),
  lines: linesParameters.optional(),
  ignore: ignoreParameters.optional(),
});
type Listed = z.infer<typeof CAMERA>;

/**
 * The cameras and parameters of a live run: those of the command line, and those of a config file, which may hold a section
 *
 * ```yaml
 * cameras:
 *   - name: entrance
 *     url: rtsp://user:password@192.168.1.20/stream1
 *     lines: { door: { points: [[100, 200], [300, 200]] } }
 * ```
 *
 * A camera that does not fit is among the skipped ones.
 *
 * @throws TwintrackError when the file cannot be read or its parameters do not fit
 */
export async function loadConfiguration(
  urls: readonly string[],
  configFile?: string,
  settings: readonly string[] = [],
): Promise<LiveConfiguration> {
  const parameters = await loadSections(cameraParametersSchema, ['cameras'], configFile, settings);
  const { listed, skipped } = configFile === undefined ? { listed: [], skipped: [] } : await readCameras(configFile);
  const named = listed.filter((camera): camera is CameraSource => camera.name !== undefined);
  const others = [...listed.filter(({ name }) => name === undefined), ...urls.map((url) => ({ url }))];
  const sources = nameSources(
    others.map(({ url }) => url),
    named.map(({ name }) => name),
  );
  return { parameters, skipped, cameras: [...named, ...others.map((camera, i) => ({ ...camera, ...sources[i] }))] };
}

async function readCameras(configFile: string): Promise<{ listed: Listed[]; skipped: SkippedCamera[] }> {
  const { cameras = [] } = await readConfig(configFile);
  const fix = 'a camera has a url, and may have name, transport, zones, lines, ignore';
  if (!Array.isArray(cameras)) throw inputError(configFile, 'cameras: is no list', fix);
  const listed: Listed[] = [];
  const skipped: SkippedCamera[] = [];
  for (const [i, camera] of cameras.entries()) {
    const problem = firstProblem(CAMERA, camera, `cameras.${i}`);
    if (problem === undefined) listed.push(CAMERA.parse(camera));
    else
      skipped.push({
        name: nameOf(camera) ?? `cameras.${i}`,
        reason: inputError(configFile, redact(problem), fix).message,
      });
  }
  return { listed, skipped };
}

function nameOf(camera: unknown): string | undefined {
  const name = (camera as { name?: unknown } | null)?.name;
  return typeof name === 'string' || typeof name === 'number' ? `${name}` : undefined;
}
