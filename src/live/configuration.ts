import { z } from 'zod';
import { inputError, redact } from '../errors.ts';
import { loadParameters, readConfig } from '../parameters.ts';
import { type CameraSource, nameSources } from './address.ts';
import type { LiveConfiguration } from './live.ts';

const CAMERAS = z.array(
  z.strictObject({
    name: z.coerce.string().optional().describe('what the camera is called in outputs, folders and topics'),
    url: z.string().describe('its address'),
  }),
);

/**
 * The cameras and parameters of a live run: those of the command line, and those of a config file, which may hold a section
 *
 * ```yaml
 * cameras:
 *   - name: entrance
 *     url: rtsp://user:password@192.168.1.20/stream1
 * ```
 *
 * @throws TwintrackError when the file cannot be read or does not fit
 */
export async function loadConfiguration(
  urls: readonly string[],
  configFile?: string,
  settings: readonly string[] = [],
): Promise<LiveConfiguration> {
  const parameters = await loadParameters(configFile, settings);
  const listed = configFile === undefined ? [] : await readCameras(configFile);
  const named = listed.filter((camera): camera is CameraSource => camera.name !== undefined);
  const others = [...listed.filter(({ name }) => name === undefined).map(({ url }) => url), ...urls];
  return {
    parameters,
    cameras: [
      ...named,
      ...nameSources(
        others,
        named.map(({ name }) => name),
      ),
    ],
  };
}

async function readCameras(configFile: string): Promise<z.infer<typeof CAMERAS>> {
  const { cameras = [] } = await readConfig(configFile);
  const result = CAMERAS.safeParse(cameras);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  const place = ['cameras', ...path].join('.');
  throw inputError(configFile, `${place}: ${redact(message)}`, 'give each camera a url and, if you like, a name');
}
