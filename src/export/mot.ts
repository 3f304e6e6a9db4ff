import { motLine } from '../files/mot-text.ts';
import type { ExportFile, FormatWriter } from './writer.ts';

/**
 * MOTChallenge results: `frame,id,x,y,w,h,score,-1,-1,-1`, frames counted from 1, the lines of a person together (the format leaves the
 * order free).
 */
export function openMot(file: ExportFile): FormatWriter {
  return {
    write(trajectory) {
      const { id, frames } = trajectory;
      let text = '';
      for (let i = 0; i < frames.length; i++) text += motLine(frames[i], id, trajectory, i);
      return file.write(text);
    },
  };
}
