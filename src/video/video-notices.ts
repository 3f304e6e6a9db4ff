import { fileNotice, type Notice } from '../core/notices.ts';
import { FrameLog, type PictureShape } from './frame-log.ts';
import type { VideoInfo } from './probe.ts';
import { isUntimed, Timeline, type TimelineEvent } from './timeline.ts';

/** What is unusual about the times of a video's frames, where nothing else is. */
export function timesNotices(info: VideoInfo, times: Float64Array): Notice[] {
  const timeline = new Timeline(info);
  for (const time of times) timeline.next(time);
  return videoNotices(info, timeline, new FrameLog(info.container));
}

/** What was unusual about a video that has been read, the most serious first. */
export function videoNotices(info: VideoInfo, timeline: Timeline, log: FrameLog): Notice[] {
  const { restarts, jumps, gaps, repeats } = timeline;
  const pictures = info.kind === 'images';
  const notices: (Omit<Notice, 'message'> & { text: string })[] = [];
  const say = (code: string, text: string, frame?: number) =>
    notices.push({ code, text, ...(frame !== undefined && { frame }) });

  if (restarts) {
    const again = `the clock starts again at ${place(restarts)}`;
    say(
      'clock-restarted',
      `${again}${more(restarts.count)}: times go on one frame later, as of one recording`,
      restarts.frame,
    );
  }
  if (jumps) {
    const ahead = `the clock jumps ahead by ${duration(jumps.step)} at ${place(jumps)}`;
    say(
      'clock-jumped',
      `${ahead}${more(jumps.count)}: times go on one frame later, as no time has passed`,
      jumps.frame,
    );
  }
  if (gaps && !pictures && gaps.step > 10 * timeline.rates.median) {
    const all = gaps.count > 1 ? `${more(gaps.count)}, ${duration(gaps.total)} in all` : '';
    say(
      'clock-gap',
      `no frame for ${duration(gaps.step)} before ${place(gaps)}${all}: kept as time that has passed`,
      gaps.frame,
    );
  }
  const joins = new Set([restarts?.frame, jumps?.frame]);
  const first = log.gapFrames.find((frame) => !joins.has(frame));
  if (log.gaps > (restarts?.count ?? 0) + (jumps?.count ?? 0) && first !== undefined) {
    const text = `packets are missing before frame ${first}${more(log.gaps)}, or recordings are joined there`;
    say('packets-missing', text, first);
  }
  if (repeats) {
    const text = `the timestamp of frame ${repeats.frame} is not after the one before${more(repeats.count)}: it is taken to be 1 ms later`;
    say('times-unordered', text, repeats.frame);
  }
  if (isUntimed(info.container) && !pictures) {
    const { frameRate } = info;
    say(
      'times-computed',
      `it has no timestamps: times are computed from ${rate(frameRate)} frames per second; give another rate with --fps`,
    );
  } else if (timeline.missing > 0) {
    say(
      'times-computed',
      `${timeline.missing} frames have no timestamp: their times are computed from the frames before`,
    );
  }
  if (log.shapes) {
    const {
      count,
      first: { frame, from, to },
    } = log.shapes;
    say(
      'picture-size',
      `pictures change from ${shape(from)} to ${shape(to)} at frame ${frame}${more(count)}: all are taken as ${shape(from)}`,
      frame,
    );
  }
  const { varies } = timeline.rates;
  if (varies && !pictures) {
    say(
      'rate-varies',
      `the frame rate varies, mostly from ${rate(varies.from, 2)} to ${rate(varies.to, 2)} per second: times are those of the file`,
    );
  }
  return notices.map(({ code, text, frame }) => ({
    ...fileNotice(code, info.input, text),
    ...(frame !== undefined && { frame }),
  }));
}

function place({ frame, time }: TimelineEvent): string {
  return `frame ${frame} (${time.toFixed(2)} s)`;
}

function more(count: number): string {
  return count > 1 ? ` and ${count - 1} more time${count > 2 ? 's' : ''}` : '';
}

/** Seconds in a unit that suits them: "94.0 s", "2.5 min", "26.5 h". */
function duration(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function rate(perSecond: number, digits = 4): string {
  return String(Number(perSecond.toPrecision(digits)));
}

/** "640x480", and the shape of its pixels where they are not square. */
function shape({ width, height, sampleAspectRatio }: PictureShape): string {
  const pixels = sampleAspectRatio === 1 ? '' : ` (pixels ${Number(sampleAspectRatio.toFixed(3))} wide)`;
  return `${width}x${height}${pixels}`;
}
