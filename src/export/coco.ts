import { basename, extname } from 'node:path';
import { round, roundedRow } from '../files/rows.ts';
import { type ExportContext, type ExportFile, type FormatWriter, pictureSize } from './writer.ts';

/** The one category. */
const PERSON = 1;
/** Frames whose times are kept together. */
const PAGE = 4096;

/**
 * COCO in the style for video (that of TAO: videos, images, tracks, annotations). Images are the frames in which there are people; their
 * file names are those that `ffmpeg -i street.mp4 street/%06d.jpg` gives. The segmentation of a box is its rectangle, for readers that take
 * masks; `attributes.track_id` is for readers that know no `track_id`, such as CVAT's and datumaro. Holds 8 bytes a frame of the video.
 *
 * @throws TwintrackError when the size of the picture is not known
 */
export function openCoco(file: ExportFile, context: ExportContext): FormatWriter {
  const { name, frameRate } = context.source;
  const { width, height } = pictureSize(context, 'COCO');
  const video = { id: 1, name, width, height, ...(frameRate !== undefined && { fps: frameRate }) };
  const info = { description: `People in ${name}, by twintrack` };
  const head = {
    info,
    licenses: [],
    categories: [{ id: PERSON, name: 'person', supercategory: 'person' }],
    videos: [video],
  };
  file.write(`${JSON.stringify(head).slice(0, -1)},\n"annotations":[`);
  let annotations = 0;
  const ids: number[] = [];
  const images = new FrameTimes();
  return {
    write(trajectory) {
      const { id, frames, times, detected } = trajectory;
      ids.push(id);
      let text = '';
      for (let i = 0; i < frames.length; i++) {
        images.set(frames[i], times[i]);
        const [x, y, w, h, score] = roundedRow(trajectory, i);
        text += `${annotations++ > 0 ? ',' : ''}\n{"id":${annotations},"image_id":${frames[i] + 1},"video_id":1,"track_id":${id},`;
        text += `"category_id":${PERSON},"bbox":[${x},${y},${w},${h}],"area":${round(w * h, 100)},"iscrowd":0,`;
        const [right, bottom] = [round(x + w, 100), round(y + h, 100)];
        text += `"segmentation":[[${x},${y},${right},${y},${right},${bottom},${x},${bottom}]],`;
        text += `"attributes":{"track_id":${id},"occluded":${detected[i] === 0}},"score":${score},"detected":${detected[i] === 1}}`;
      }
      return file.write(text);
    },
    async end() {
      const tracks = ids.map((id) => JSON.stringify({ id, video_id: 1, category_id: PERSON }));
      await file.write(`\n],\n"tracks":[\n${tracks.join(',\n')}\n],\n"images":[`);
      const folder = basename(name, extname(name));
      let first = true;
      for (const [frame, time] of images) {
        const file_name = `${folder}/${String(frame + 1).padStart(6, '0')}.jpg`;
        const image = {
          id: frame + 1,
          video_id: 1,
          frame_index: frame,
          file_name,
          width,
          height,
          time: round(time, 1e6),
        };
        await file.write(`${first ? '' : ','}\n${JSON.stringify(image)}`);
        first = false;
      }
      await file.write('\n]}\n');
    },
  };
}

/** The times of the frames that are set, by frame number: in pages, since the numbers of a live camera may be far from 0. */
class FrameTimes {
  #pages = new Map<number, Float64Array>();

  set(frame: number, time: number): void {
    const number = Math.floor(frame / PAGE);
    let page = this.#pages.get(number);
    if (!page) {
      page = new Float64Array(PAGE).fill(Number.NaN);
      this.#pages.set(number, page);
    }
    page[frame % PAGE] = time;
  }

  /** In rising order of the frames. */
  *[Symbol.iterator](): Generator<[frame: number, time: number]> {
    for (const [number, page] of [...this.#pages].sort(([a], [b]) => a - b))
      for (const [i, time] of page.entries()) if (!Number.isNaN(time)) yield [number * PAGE + i, time];
  }
}
