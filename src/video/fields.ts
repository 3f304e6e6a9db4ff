import { fileNotice, type Notice } from '../core/notices.ts';

/** Which field of an interlaced picture is the first. */
export type FieldOrder = 'top' | 'bottom';

/** Which pictures are deinterlaced: those that are marked as interlaced, or each. */
export type Deinterlacing = 'marked' | 'all';

/** Codecs that mark each picture as interlaced or not; of others only the container says so, of all pictures. */
const MARKING = new Set('h264 hevc vvc mpeg1video mpeg2video mpeg4 vc1 wmv3 dvvideo prores dnxhd ffv1 cavs'.split(' '));

/** What is known of the fields of a video. */
export interface FieldFacts {
  /** ffmpeg's line on the stream. */
  readonly line: string;
  readonly codec: string;
  /** What the header of its first picture says: `p`, `t`, `b`, `m`. */
  readonly first: string;
  readonly rotation: number;
}

/** The field order that a video states; undefined where it is progressive or says nothing. */
export function fieldOrder({ line, first }: Pick<FieldFacts, 'line' | 'first'>): FieldOrder | undefined {
  if (first === 't') return 'top';
  if (first === 'b') return 'bottom';
  const stated = /[(,] ?(top|bottom)(?: coded)? first/.exec(line)?.[1];
  return stated as FieldOrder | undefined;
}

/**
 * Whether a video is deinterlaced, and what is to be said of it.
 *
 * @param asked `on`: every picture, whatever the video says; `off`: none
 */
export function deinterlacingOf(
  file: string,
  facts: FieldFacts,
  asked: 'auto' | 'on' | 'off',
): { readonly deinterlacing?: Deinterlacing; readonly notices: Notice[] } {
  const order = fieldOrder(facts);
  const fields = order && `${order} field first`;
  const notice = (code: string, text: string) => [fileNotice(code, file, text)];
  if (asked === 'on') {
    const says = fields ? `the video says ${fields}` : 'the video does not say that it is interlaced';
    return {
      deinterlacing: 'all',
      notices: notice('deinterlaced', `every picture is deinterlaced (--deinterlace on; ${says})`),
    };
  }
  if (!order) return { notices: [] };
  const interlaced = `is interlaced (${fields})`;
  if (asked === 'off')
    return { notices: notice('interlaced', `${interlaced} and not deinterlaced: --deinterlace off`) };
  if (facts.rotation !== 0)
    return {
      notices: notice(
        'interlaced',
        `${interlaced} and not deinterlaced, since its pictures are turned by ${facts.rotation}°`,
      ),
    };
  const marked = facts.first !== 'p' || MARKING.has(facts.codec);
  return {
    deinterlacing: marked ? 'marked' : 'all',
    notices: notice(
      'deinterlaced',
      `${interlaced}: it is deinterlaced, one frame of each; --deinterlace off leaves it`,
    ),
  };
}

/** ffmpeg's filters for it: one frame of each picture, at its time. */
export function deinterlacer(deinterlacing: Deinterlacing | undefined, order: FieldOrder | undefined): string {
  if (!deinterlacing) return '';
  if (deinterlacing === 'marked') return 'bwdif=mode=send_frame:deint=interlaced,';
  const set = order ? `setfield=${order === 'top' ? 'tff' : 'bff'},` : '';
  return `${set}bwdif=mode=send_frame:deint=all,`;
}
