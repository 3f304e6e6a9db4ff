/** A video in parts: what is found in each is found apart, on other machines perhaps, and tracked in one go. */
import { type TrackSummary, type TrackVideoOptions, trackFound } from '../track-video.ts';

export { type FindPartOptions, findPart } from './find-part.ts';
export { type PartPlan, planParts, type VideoPart } from './plan.ts';

/**
 * Tracks a video whose people are found: as `trackVideo`, and its outputs are the same byte for byte.
 *
 * @param files of `findPart`, of all parts in order
 * @throws TwintrackError as `trackVideo`; and when the files are of another video, version, model or parameter, or a part is missing
 */
export function trackParts(input: string, files: readonly string[], options: TrackVideoOptions): Promise<TrackSummary> {
  return trackFound(input, options, files);
}
