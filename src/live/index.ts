/**
 * Live cameras: {@link startLive} tracks the people at them until it is closed, {@link startServer} serves the live page.
 *
 * @module twintrack/live
 */

export type { Fault, FaultKind } from '../video/camera/faults.ts';
export type { Camera } from './camera/camera.ts';
export type { CameraSource } from './camera/source.ts';
export type { SkippedCamera } from './camera/usable.ts';
export {
  type Live,
  type LiveConfiguration,
  type LiveOptions,
  type LiveStatus,
  type ModelStatus,
  startLive,
} from './live.ts';
export type { Admin } from './monitoring/app.ts';
export { type Log, openLog } from './monitoring/log.ts';
export { type LiveServer, type ServerOptions, startServer } from './monitoring/server.ts';
export type { CameraState, CameraStatus, PeopleHistory } from './monitoring/statistics.ts';
export type {
  CameraEvent,
  CrossingEvent,
  LiveEvent,
  PersonEvent,
  SitePersonEvent,
  VisitEvent,
} from './outputs/events.ts';
export { type Keep, parseKeep, parseRemember } from './outputs/retention.ts';
export { type CameraParameters, cameraParametersSchema, type LiveParameters, liveParameters } from './parameters.ts';
export type { Reloaded } from './reload.ts';
