import { inputError, printable, type TwintrackError } from '../core/errors.ts';

/**
 * ffmpeg's readers of files that hold their pictures themselves. All others are refused: those of playlists and lists open further
 * files, whatever the file that names them is called, and those of subtitles and texts draw letters.
 */
const VIDEOS = `
  mov mp4 matroska webm avi asf asf_o flv live_flv kux mpeg mpegts mpegtsraw mxf mxg gxf nut ogg rm wtv ty pva
  nsv nuv swf ivf iv8 dv r3d cine h261 h263 h264 hevc vvc evc av1 obu m4v mpegvideo vc1 vc1test dirac dnxhd avs2
  avs3 cavsvideo ipu mjpeg mjpeg_2000 smjpeg mpjpeg mlv yuv4mpegpipe fits`;
const OF_RECORDERS = `
  dhav luodat sdr2 frm lvf lxf lmlm4 ingenient mgsts hxvs hxvt viewstream simbiosis_imx`;
const ANIMATIONS = 'gif apng flic film_cpk bink smk roq mv mvi ico jpegxl_anim';
/** Still pictures; ffmpeg's readers of them end with `_pipe`. */
const STILLS = `
  bmp dds dpx exr gif hdr j2k jpeg jpegls jpegxl pam pbm pcx pgm pgx png ppm psd qoi sgi sunrast tiff vbn webp
  xbm xpm xwd`;
/** To say that they hold sound only. */
const SOUNDS = 'mp3 wav flac aac amr aiff caf w64';

const listed = (names: string) => names.trim().split(/\s+/);
const FORMATS = [
  ...[VIDEOS, OF_RECORDERS, ANIMATIONS, SOUNDS].flatMap(listed),
  ...listed(STILLS).map((name) => `${name}_pipe`),
];

/** The arguments before `-i` that keep ffmpeg from opening what is no video, and any other file. */
export const SAFE_FORMATS = ['-format_whitelist', FORMATS.join(',')];

/** What ffmpeg's reader of a list is called, and what people call the list. */
const LISTS: readonly (readonly [RegExp, string, string])[] = [
  [/^(hls|applehttp)$/, 'a playlist (HLS, .m3u8)', ''],
  [/^(dash|webm_dash_manifest)$/, 'a playlist (DASH, .mpd)', ''],
  [/^concat$/, 'a list (ffconcat)', '-f concat '],
  [/^imf$/, 'a playlist (IMF)', ''],
];

/**
 * What an input is that ffmpeg would read, and that is refused; undefined when it was not.
 *
 * @param log what ffmpeg printed
 */
export function refused(subject: string, log: readonly string[]): TwintrackError | undefined {
  const reader = log
    .map((line) => /^\[([^@\]]+?) @ [^\]]+\] \[error\] Format not on whitelist/.exec(line)?.[1])
    .find(Boolean);
  if (reader === undefined) return undefined;
  const list = LISTS.find(([pattern]) => pattern.test(reader));
  if (list) {
    const file = subject === '-' ? 'LIST' : printable(subject);
    const join = `join them: ffmpeg ${list[2]}-i ${/\s/.test(file) ? `"${file}"` : file} -c copy new.mp4`;
    return inputError(subject, `is ${list[1]} that names other files, which are not opened`, join);
  }
  if (TEXTS.test(reader)) return inputError(subject, 'is a text, not a video', 'name a video');
  return inputError(subject, `is of a format that is not read (${reader})`, 'convert it: ffmpeg -i FILE new.mp4');
}

/** Readers of subtitles, scripts and pictures of letters. */
const TEXTS =
  /^(tty|bin|xbin|adf|idf|ass|srt|webvtt|vobsub|sami|scc|stl|lrc|mcc|pjs|jacosub|microdvd|mpl2|mpsub|aqtitle|realtext|subviewer1?|tedcaptions|vplayer|sup|ffmetadata|avisynth|vapoursynth|sdp|svg_pipe|sbg)$/;
