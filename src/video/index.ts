/**
 * Videos, folders of pictures and cameras in, frames out; and annotated video.
 *
 * @module twintrack/video
 *
 * @example
 * for await (const { index, time, width, height } of await openVideo('street.mp4')) console.log(index, time, width, height);
 */
export type { Frame, Letterbox } from '../core/frame.ts';
export { isCamera } from './camera/address.ts';
export { type CameraOptions, openCamera } from './camera/camera-video.ts';
export { openVideo, type VideoOptions, type VideoSource } from './decode.ts';
export { openVideoWriter, type VideoWriter, type VideoWriterOptions } from './encode.ts';
export { type Ffmpeg, findFfmpeg, installCommand } from './ffmpeg.ts';
export { letterboxFor, unletterbox } from './letterbox.ts';
export { Picture } from './picture.ts';
export { probe, type ReadingOptions, type VideoInfo } from './probe.ts';
export type { InputStream } from './streams.ts';
