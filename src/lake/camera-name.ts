import { basename, dirname, resolve } from 'node:path';

/** A date, or a date and time, in the name of a recording: 2026-11-28_08-00-00, 20261128T080000Z, 2026-11-28. */
const WHEN =
  /(?<!\d)\d{4}([-_.]?)\d{2}\1\d{2}(?:[T _.-]*\d{2}(?:[-_.:h]?\d{2}){0,2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)?(?!\d)/gi;

/**
 * The camera that a trajectories file is of, where it is not said: the name of the video without its ending and without a date and time.
 * Where nothing is left of it, or the source is a live camera, the name of the folder that the file lies in.
 *
 * @param file the trajectories file
 * @param source the name of its source
 *
 * @example
 * cameraOf('out/a.trajectories.json', 'door_2026-11-28_08-00-00.mp4'); // 'door'
 * cameraOf('out/door/20261128T080000Z.trajectories.json', 'rtsp://10.0.0.7/stream'); // 'door'
 */
export function cameraOf(file: string, source: string): string {
  const stem = isAddress(source) ? '' : basename(source).replace(/\.[a-z0-9]{1,5}$/i, '');
  const name = stem.replace(WHEN, '').replace(/^[\s_.-]+|[\s_.-]+$/g, '');
  return name || basename(dirname(resolve(file))) || 'camera';
}

/** Whether a source is a live camera: the ids of its people go on from file to file. */
export function isAddress(source: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(source);
}
