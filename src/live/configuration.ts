import { z } from 'zod';
import { ignoreParameters, linesParameters, zonesParameters } from '../analytics/parameters.ts';
import { inputError, redact } from '../core/errors.ts';
import { loadSections, readConfig } from '../engine/configuration.ts';
import { type CameraSource, nameSources } from './camera/source.ts';
import type { LiveConfiguration } from './live.ts';
import { cameraParametersSchema } from './parameters.ts';

const CAMERAS = z.array(
  z.strictObject({
    name: z.coerce.string().optional().describe('what the camera is called in outputs, folders and topics'),
    url: z.string().describe('its address'),
    zones: zonesParameters.optional(),
    lines: linesParameters.optional(),
    ignore: ignoreParameters.optional(),
  }),
);

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
 * @throws TwintrackError when the file cannot be read or does not fit
 */
export async function loadConfiguration(
  urls: readonly string[],
  configFile?: string,
  settings: readonly string[] = [],
): Promise<LiveConfiguration> {
  const parameters = await loadSections(cameraParametersSchema, ['cameras'], configFile, settings);
  const listed = configFile === undefined ? [] : await readCameras(configFile);
  const named = listed.filter((camera): camera is CameraSource => camera.name !== undefined);
  const others = [...listed.filter(({ name }) => name === undefined), ...urls.map((url) => ({ url }))];
  const sources = nameSources(
    others.map(({ url }) => url),
    named.map(({ name }) => name),
  );
  return { parameters, cameras: [...named, ...others.map((camera, i) => ({ ...camera, ...sources[i] }))] };
}

async function readCameras(configFile: string): Promise<z.infer<typeof CAMERAS>> {
  const { cameras = [] } = await readConfig(configFile);
  const result = CAMERAS.safeParse(cameras);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  const place = ['cameras', ...path].join('.');
  throw inputError(
    configFile,
    `${place}: ${redact(message)}`,
    'a camera has a url, and may have name, zones, lines, ignore',
  );
}
