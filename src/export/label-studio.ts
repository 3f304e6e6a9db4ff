import type { Trajectory } from '../core/trajectory.ts';
import { version } from '../core/version.ts';
import { round, roundedRow } from '../files/rows.ts';
import { type ExportContext, type ExportFile, type FormatWriter, pictureSize } from './writer.ts';

/**
 * A task of Label Studio for tracking in video: a `videorectangle` a person with the label `person`, whose number is the `id` of the region.
 * Boxes are in percent of the picture and cut off at its edges, since Label Studio knows only 0 to 100; frames count from 1. The last box
 * before a gap, and the last of all, is not `enabled`, so that nothing is filled in behind it.
 *
 * @throws TwintrackError when the size of the picture is not known
 */
export function openLabelStudio(file: ExportFile, context: ExportContext): FormatWriter {
  const size = pictureSize(context, 'Label Studio');
  const { source, summary } = context;
  const head = { data: { video: source.name }, predictions: [{ model_version: `twintrack ${version}`, result: [] }] };
  const text = JSON.stringify([head]);
  const at = text.lastIndexOf(']}]}]');
  file.write(text.slice(0, at));
  let regions = 0;
  return {
    write(trajectory) {
      const { id, frames, times } = trajectory;
      const last = frames.length - 1;
      const value = {
        framesCount: Math.max(summary?.frames ?? 0, frames[last] + 1),
        duration: round(Math.max(summary?.duration ?? 0, times[last]), 1e6),
        labels: ['person'],
        sequence: Array.from(frames, (frame, i) => ({
          frame: frame + 1,
          enabled: frames[i + 1] === frame + 1,
          rotation: 0,
          ...percentages(trajectory, i, size),
          time: round(Math.max(0, times[i]), 1e6),
        })),
      };
      const region = { id: String(id), type: 'videorectangle', from_name: 'box', to_name: 'video', value };
      return file.write(`${regions++ > 0 ? ',' : ''}\n${JSON.stringify(region)}`);
    },
    end: () => file.write(`\n${text.slice(at)}\n`),
  };
}

/** The part of a box that is in the picture, in percent of its size. */
function percentages(trajectory: Trajectory, i: number, { width, height }: { width: number; height: number }) {
  const [x, y, w, h] = roundedRow(trajectory, i);
  const within = (value: number, size: number) => Math.min(100, Math.max(0, (100 * value) / size));
  const [left, right] = [within(x, width), within(x + w, width)];
  const [top, bottom] = [within(y, height), within(y + h, height)];
  const part = (value: number) => round(value, 1e6);
  return { x: part(left), y: part(top), width: part(right - left), height: part(bottom - top) };
}
