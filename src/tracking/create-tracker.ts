import type { CalibratedSimilarity } from '../appearance/calibration.ts';
import { type AppearanceParameters, appearanceParameters } from '../appearance/parameters.ts';
import { reidOptions } from '../appearance/reid.ts';
import type { AssociationScore } from '../association/features.ts';
import { loadAssociation } from '../association/model.ts';
import { parseSection } from '../core/schema.ts';
import type { TrackingParameters } from './parameters.ts';
import { Tracker } from './tracker.ts';

/** Settings of {@link createTracker}. */
export interface CreateTrackerOptions {
  /** `hand-set` (default), a model file of `twintrack train association`, or a score of your own. */
  readonly association?: string | AssociationScore | undefined;
  /** Overrides of the tracker's defaults. */
  readonly parameters?: Partial<TrackingParameters> | undefined;
  /** Compares the embeddings of the detections, such as a model of `loadSiamese()`; without it embeddings are ignored. */
  readonly appearance?: CalibratedSimilarity | undefined;
  /** Overrides of the defaults of re-identification. */
  readonly appearanceParameters?: Partial<AppearanceParameters> | undefined;
  /** Size of the picture in pixels: people who leave it get a new id on their return. */
  readonly picture?: { readonly width: number; readonly height: number } | undefined;
}

/**
 * A tracker with the hand-set association score unless you give another, for boxes of your own.
 *
 * @throws TwintrackError when the model cannot be read, or a parameter is unknown or outside its range
 *
 * @example
 * const tracker = await createTracker();
 * for (let frame = 0; frame < 5; frame++) {
 *   const tracks = tracker.update([{ box: [10 + frame, 20, 40, 100], score: 0.9 }], frame / 25);
 *   for (const { id, state, box } of tracks) if (state === 'confirmed') console.log(id, box);
 * }
 */
export async function createTracker(options: CreateTrackerOptions = {}): Promise<Tracker> {
  const { association, parameters, appearance, picture } = options;
  const settings = parseSection(appearanceParameters, options.appearanceParameters ?? {}, 'appearance');
  return new Tracker({
    association: await loadAssociation(association),
    parameters,
    reid: appearance && reidOptions(appearance, settings, picture),
  });
}
