import type { TrackedFrame } from '../core/tracked-frame.ts';
import { motLine } from '../files/mot-text.ts';
import { OutputFile } from '../files/output-file.ts';
import { requireBox } from '../files/rows.ts';
import type { TrajectorySink } from './sink.ts';

/**
 * Opens a MOTChallenge result file for writing: a line per person and frame, `frame,id,x,y,w,h,score,-1,-1,-1`, with frames
 * counted from 1 and boxes as they are, in frame order. Boxes are rounded to 0.01 pixel, scores to 0.0001.
 *
 * @throws TwintrackError when the file cannot be written there
 */
export async function openMotSink(path: string): Promise<TrajectorySink> {
  const file = await OutputFile.create(path);
  return {
    write(frame: TrackedFrame) {
      let text = '';
      for (let i = 0; i < frame.length; i++) {
        requireBox(frame, i);
        text += motLine(frame.index, frame.ids[i], frame, i);
      }
      return file.write(text);
    },
    end() {},
    close: () => file.commit(),
    abort: () => file.abort(),
  };
}
