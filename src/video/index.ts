export { type Ffmpeg, findFfmpeg, installCommand } from './ffmpeg.ts';
export type { Frame, Letterbox } from './frame.ts';
export { letterboxFor, unletterbox } from './letterbox.ts';
export { probe, type VideoInfo } from './probe.ts';
export { openVideo, type VideoOptions, type VideoSource } from './source.ts';
export { openVideoWriter, type VideoWriter, type VideoWriterOptions } from './writer.ts';
