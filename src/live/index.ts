/**
 * Live cameras: {@link startLive} follows them until it is closed, {@link startServer} shows them.
 */
export type { CameraSource } from './address.ts';
export type { Camera } from './camera.ts';
export type { CameraEvent, CrossingEvent, LiveEvent, PersonEvent, VisitEvent } from './events.ts';
export type { Fault, FaultKind } from './faults.ts';
export {
  type Live,
  type LiveConfiguration,
  type LiveOptions,
  type LiveStatus,
  type ModelStatus,
  startLive,
} from './live.ts';
export { type Log, openLog } from './log.ts';
export { type LiveParameters, liveParameters } from './parameters.ts';
export { type Keep, parseKeep } from './retention.ts';
export { type LiveServer, type ServerOptions, startServer } from './server.ts';
export type { CameraState, CameraStatus, PeopleHistory } from './statistics.ts';
