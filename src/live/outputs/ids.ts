import { join } from 'node:path';
import type { DiskTrouble } from '../../files/append-file.ts';
import { linesOf } from '../../files/lines.ts';
import { namesIn } from './folder.ts';

const EVENTS = /^events(-\d{8}T\d{6}Z(-\d+)?)?\.jsonl$/;
const TRAJECTORIES = /^\d{8}T\d{6}Z(-\d+)?\.trajectories\.(open\.jsonl|json)$/;

/**
 * The highest id in the outputs of a camera; 0 when they hold none. Ids increase with time. Events are read from the newest file back to the
 * first that has a `started` event: files without one hold only people who were there before. Trajectories are read back to the first file with
 * a person, for events that were lost, or not yet written when the process was killed.
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

/** Ids in a line of an events file, or of a complete or open trajectories file. */
function idsIn(line: string): number[] {
  const ids = line.startsWith('{"frame":') ? line.matchAll(/\[(\d+),/g) : [/"id":(\d+)/.exec(line)];
  return Array.from(ids, (match) => Number(match?.[1] ?? 0)).filter((id) => id > 0);
}
