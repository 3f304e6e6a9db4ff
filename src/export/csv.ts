import { round, roundedRow } from '../files/rows.ts';
import { type ExportContext, type ExportFile, type FormatWriter, onGround, wallClock } from './writer.ts';

/**
 * CSV (RFC 4180, with a header line): a row an observation, the rows of a person together, in time order.
 * With a start time the column `datetime` is the ISO 8601 time in UTC; with a ground plane there are places in metres and m/s, empty where
 * not known.
 */
export function openCsv(file: ExportFile, context: ExportContext): FormatWriter {
  const clock = wallClock(context);
  const { ground } = context;
  const columns = [
    'id',
    'frame',
    'time',
    ...(clock ? ['datetime'] : []),
    'x',
    'y',
    'width',
    'height',
    'score',
    'detected',
  ];
  file.write(`${[...columns, ...(ground ? ['ground_x', 'ground_y', 'speed'] : [])].join()}\r\n`);
  const shown = (value: number) => (Number.isNaN(value) ? '' : value);
  return {
    write(trajectory) {
      const { id, frames, times, detected } = trajectory;
      const place = ground && onGround(trajectory, ground);
      let text = '';
      for (let i = 0; i < frames.length; i++) {
        const datetime = clock ? `,${new Date(clock(times[i])).toISOString()}` : '';
        text += `${id},${frames[i]},${round(times[i], 1e6)}${datetime},${roundedRow(trajectory, i).join()},${detected[i] === 1}`;
        if (place) text += `,${shown(place.feet[2 * i])},${shown(place.feet[2 * i + 1])},${shown(place.speeds[i])}`;
        text += '\r\n';
      }
      return file.write(text);
    },
  };
}
