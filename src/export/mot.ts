import { motLine } from '../files/mot-text.ts';
import { OutputFile } from '../files/output-file.ts';
import type { ExportWriter } from './writer.ts';

/**
 * Opens a MOTChallenge result file for writing: `frame,id,x,y,w,h,score,-1,-1,-1`, frames counted from 1, the lines of a person together
 * (the format leaves the order free).
 *
 * @throws TwintrackError when the file cannot be written there
 */
export async function openMot(path: string): Promise<ExportWriter> {
  const file = await OutputFile.create(path);
  return {
    write(trajectory) {
      const { id, frames } = trajectory;
      let text = '';
      for (let i = 0; i < frames.length; i++) text += motLine(frames[i], id, trajectory, i);
      return file.write(text);
    },
    close: () => file.commit(),
    abort: () => file.abort(),
  };
}
