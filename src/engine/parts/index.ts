/** A video in parts: what is found in each is found apart, on other machines perhaps, and tracked in one go. */
import { type TrackSummary, type TrackVideoOptions, trackFound } from '../track-video.ts';
import type { FoundVideo } from './open-parts.ts';

export { type FindPartOptions, findPart } from './find-part.ts';
export type { FoundVideo } from './open-parts.ts';
export { PartsError } from './part-file.ts';
export { type PartPlan, planParts, type VideoPart } from './plan.ts';

/**
 * Tracks a video whose people are found: as `trackVideo`, and its outputs are the same byte for byte.
 *
 * @throws TwintrackError as `trackVideo`; and when the parts are of another video, version, model or parameter
 * @throws PartsError when a part is missing, or the frames of the parts are not those of the video; nothing is written then
 */
export function trackParts(input: string, found: FoundVideo, options: TrackVideoOptions): Promise<TrackSummary> {
  return trackFound(input, options, found);
}
