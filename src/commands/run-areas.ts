import { type AreaParameters, areasOfRun } from '../analytics/parameters.ts';
import type { TrajectoriesHeader } from '../trajectories/index.ts';

/**
 * Zones, lines, ignore areas and calibration: each of the config file and the settings where it is in them, else the one the trajectories were made with.
 *
 * @throws as `loadParameters`
 */
export async function runAreas(
  { parameters }: TrajectoriesHeader,
  { config, set }: { readonly config?: string; readonly set: readonly string[] },
): Promise<AreaParameters> {
  const { loadParameters } = await import('../engine/configuration.ts');
  const given = await loadParameters(config, set);
  const run = areasOfRun(parameters);
  const isGiven = (section: object) => Object.keys(section).length > 0;
  const calibration = given.calibration ?? run.calibration;
  return {
    zones: isGiven(given.zones) ? given.zones : run.zones,
    lines: isGiven(given.lines) ? given.lines : run.lines,
    ignore: isGiven(given.ignore) ? given.ignore : run.ignore,
    ...(calibration && { calibration }),
  };
}
