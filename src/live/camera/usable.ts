import { messageOf, printable, UsageError } from '../../core/errors.ts';
import { addressOf } from '../../video/camera/address.ts';
import type { CameraSource } from './source.ts';

/** A camera that is left out as it is configured; the others are followed all the same. */
export interface SkippedCamera {
  readonly name: string;
  /** What is wrong, in one line without credentials. */
  readonly reason: string;
}

/** Tells the cameras that can be tried from those that cannot: a name that is no name of a folder, or stands twice, or an address that is none. */
export function sortCameras(
  {
    cameras,
    skipped: known = [],
  }: { readonly cameras: readonly CameraSource[]; readonly skipped?: readonly SkippedCamera[] },
  realtime = false,
): { usable: CameraSource[]; skipped: SkippedCamera[] } {
  const names = new Set<string>();
  const usable: CameraSource[] = [];
  const skipped = [...known];
  for (const source of cameras) {
    const { name, url } = source;
    try {
      if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/.test(name)) {
        const rule = 'a name is made of letters, digits, dots, - and _, at most 64';
        throw new UsageError(`camera "${printable(name)}": ${rule}`);
      }
      if (names.has(name.toLowerCase())) throw new UsageError(`camera "${name}": this name stands twice`);
      names.add(name.toLowerCase());
      addressOf(url, realtime, source);
      usable.push(source);
    } catch (error) {
      skipped.push({ name, reason: messageOf(error) });
    }
  }
  return { usable, skipped };
}
