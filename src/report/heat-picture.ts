import type { HeatMap } from '../analytics/index.ts';
import { encodePng } from '../video/encode-stills.ts';

/** Colours from little to much, red, green, blue: even steps from dark blue over red to light yellow. */
const RAMP = [
  [40, 20, 110],
  [120, 30, 130],
  [200, 50, 90],
  [245, 115, 35],
  [253, 190, 50],
  [255, 250, 170],
] as const;

/** Cells of the map that presence is spread over, as a standard deviation. */
const SPREAD = 1.5;

/** A heat map as PNG, a pixel a cell: clear where no person was, and by the square root of the time, so that people who passed show beside people who stayed. */
export function heatPicture(map: HeatMap): Promise<Buffer> {
  const values = map.smoothed(SPREAD);
  const largest = values.reduce((a, b) => Math.max(a, b), 0);
  const pixels = new Uint8Array(4 * values.length);
  for (let i = 0; i < values.length && largest > 0; i++) {
    const heat = Math.sqrt(values[i] / largest);
    const at = Math.min(RAMP.length - 1.001, heat * (RAMP.length - 1));
    const [low, high] = [RAMP[Math.floor(at)], RAMP[Math.floor(at) + 1]];
    const part = at - Math.floor(at);
    for (let k = 0; k < 3; k++) pixels[4 * i + k] = Math.round(low[k] + part * (high[k] - low[k]));
    pixels[4 * i + 3] = Math.round(255 * Math.min(0.85, 2.5 * heat));
  }
  return encodePng(pixels, { width: map.columns, height: map.rows, format: 'rgba' });
}
