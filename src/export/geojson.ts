import type { GroundPlane } from '../analytics/ground.ts';
import { inputError } from '../core/errors.ts';
import type { Trajectory } from '../core/trajectory.ts';
import { round } from '../files/rows.ts';
import { type ExportContext, type ExportFile, type FormatWriter, wallClock } from './writer.ts';

/**
 * GeoJSON (RFC 7946): a feature a person, their way as a LineString of longitude and latitude, rounded to 1e-7 degrees
 * (a centimetre), with id, start, end and the time of each position. Who is seen once, or in one place only, is a Point, as a line has two
 * ends; `times` are then those at that place. Observations above the horizon are left out, also those so close to it that they fall beyond a
 * pole, and people of whom nothing is left.
 *
 * @throws TwintrackError when the calibration or its place on earth is missing
 */
export function openGeoJson(file: ExportFile, context: ExportContext): FormatWriter {
  const { ground } = context;
  if (!ground)
    throw inputError('calibration', 'is not given, and GeoJSON needs places', 'make one with "twintrack calibrate"');
  ground.toEarth(0, 0); // throws when that is not known
  const clock = wallClock(context);
  const moment = (time: number) => (clock ? new Date(clock(time)).toISOString() : round(time, 1e6));
  file.write('{"type":"FeatureCollection","features":[');
  let features = 0;
  return {
    write(trajectory) {
      const { coordinates, times } = wayOnEarth(trajectory, ground);
      if (times.length === 0) return;
      const [first] = coordinates;
      const moves = coordinates.some(([longitude, latitude]) => longitude !== first[0] || latitude !== first[1]);
      const geometry = moves ? { type: 'LineString', coordinates } : { type: 'Point', coordinates: first };
      const { id } = trajectory;
      const properties = {
        id,
        start: moment(times[0]),
        end: moment(times[times.length - 1]),
        times: times.map(moment),
      };
      const feature = JSON.stringify({ type: 'Feature', id, geometry, properties });
      return file.write(`${features++ > 0 ? ',' : ''}\n${feature}`);
    },
    end: () => file.write('\n]}\n'),
  };
}

function wayOnEarth(trajectory: Trajectory, ground: GroundPlane): { coordinates: number[][]; times: number[] } {
  const feet = ground.feetOf(trajectory);
  const coordinates: number[][] = [];
  const times: number[] = [];
  for (let i = 0; i < trajectory.times.length; i++) {
    if (Number.isNaN(feet[2 * i])) continue;
    const [longitude, latitude] = ground.toEarth(feet[2 * i], feet[2 * i + 1]);
    if (!(Math.abs(longitude) <= 360 && Math.abs(latitude) <= 90)) continue; // 181 goes on from 180, as -179 would not
    coordinates.push([round(longitude, 1e7), round(latitude, 1e7)]);
    times.push(trajectory.times[i]);
  }
  return { coordinates, times };
}
