import type { SkippedCamera } from './camera/usable.ts';
import type { Live, LiveConfiguration } from './live.ts';

/** What came of going over to another configuration, by the names of cameras. */
export interface Reloaded {
  /** Those that are followed now, in their order. */
  readonly cameras: readonly string[];
  /** Those of them that were not followed before, and those that are followed no more. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly skipped: readonly SkippedCamera[];
}

/**
 * Reads the configuration and goes over to it.
 *
 * @throws TwintrackError when it cannot be read or used; what was followed before is followed on
 */
export async function reload(live: Live, read: () => Promise<LiveConfiguration>): Promise<Reloaded> {
  const configuration = await read();
  const before = namesOf(live);
  await live.reconfigure(configuration);
  const cameras = namesOf(live);
  return {
    cameras,
    added: cameras.filter((name) => !before.includes(name)),
    removed: before.filter((name) => !cameras.includes(name)),
    skipped: live.status.skipped,
  };
}

const namesOf = (live: Live) => live.cameras.map(({ source }) => source.name);
