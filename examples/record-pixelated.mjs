// Records a camera, or a file, with everyone pixelated: each detection that may be a person, tracked or not. Ctrl-C ends it.
//   node examples/record-pixelated.mjs rtsp://user:password@192.168.1.20/stream1 recording.mp4 [FRAMES]
import { createTracker } from 'twintrack';
import { Annotator } from 'twintrack/annotation';
import { loadDetector } from 'twintrack/detection';
import { isCamera, openCamera, openVideo, openVideoWriter } from 'twintrack/video';

const [input, out, frames] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

const detector = await loadDetector();
const letterbox = ({ width, height, sampleAspectRatio }) => detector.letterbox(width, height, sampleAspectRatio);
const options = { letterbox, pixels: true, maxFrames: frames && Number(frames), signal: stop.signal };
const video = await (isCamera(input) ? openCamera : openVideo)(input, options);
const { width, height, colourSpace, sampleAspectRatio } = video.info;
// what is written before a power cut stays
const writer = await openVideoWriter(out, { width, height, colourSpace, sampleAspectRatio, growing: true });
const annotator = new Annotator({ width, height, anonymize: true });
const tracker = await createTracker();
let written = 0;
try {
  for await (const frame of video) {
    const detections = await detector.detect(frame);
    const people = tracker
      .update(detections, frame.time)
      .filter(({ state }) => state === 'confirmed')
      .map(({ id, box, score, detection }) => ({ id, box, score, detected: detection >= 0 }));
    annotator.draw(frame.pixels, { index: frame.index, time: frame.time, people }, detections.boxes);
    await writer.write(frame.pixels, frame.time);
    frame.release?.();
    written++;
  }
} catch (error) {
  if (!stop.signal.aborted) throw error;
} finally {
  await video.close();
  await writer.close();
  await detector.close();
}
console.log(`${out}: ${written} frames`);
