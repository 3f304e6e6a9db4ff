import { join } from 'node:path';
import type { DiskTrouble } from '../../files/append-file.ts';
import { linesOf } from '../../files/lines.ts';
import { namesIn } from './folder.ts';

const EVENTS = /^events(-\d{8}T\d{6}Z(-\d+)?)?\.jsonl$/;
const TRAJECTORIES = /^\d{8}T\d{6}Z(-\d+)?\.trajectories\.(open\.jsonl|json)$/;

/**
 * The highest id that a camera has given to anybody, as far as its outputs tell; 0 when they tell of nobody. Ids rise with time: events are read back to
 * the newest file in which somebody was found, as there may be later ones of people only who were there before; and trajectories to the
 * newest with anybody, for events that were lost, or not yet written when the process was killed.
 *
 * @param folder the camera's
 */
export async function highestId(folder: string, trouble: DiskTrouble): Promise<number> {
  let highest = 0;
  for (const [names, sufficient] of [
    [EVENTS, '"event":"started"'],
    [TRAJECTORIES, ''],
  ] as const) {
    let enough = false;
    for (const name of namesIn(folder, names).reverse()) {
      try {
        for await (const line of linesOf(join(folder, name))) {
          for (const id of idsIn(line)) {
            highest = Math.max(highest, id);
            enough ||= line.includes(sufficient);
          }
        }
      } catch (error) {
        trouble.failed(error);
      }
      if (enough) break;
    }
  }
  return highest;
}

/** Ids in a line of events, of trajectories, or of those that are still open. */
function idsIn(line: string): number[] {
  const ids = line.startsWith('{"frame":') ? line.matchAll(/\[(\d+),/g) : [/"id":(\d+)/.exec(line)];
  return Array.from(ids, (match) => Number(match?.[1] ?? 0)).filter((id) => id > 0);
}
