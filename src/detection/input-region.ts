import type { Letterbox } from '../core/frame.ts';
import type { Boxes, Region, Size } from '../core/geometry.ts';

/** All published detectors of dynamic size halve the picture five times. */
export const MULTIPLE = 32;
/** Pixels of the input around a region that the network sees as well (model card): what is around a person decides with them. */
export const MARGIN = 48;
/** A box that comes so near to the edge of a region, in pixels of the input, may be of a person who is cut off there. */
const CUT = 1;

/**
 * The part of the input that shows a region of the source, with a margin. It begins and ends at multiples of 32 pixels, so that the cells of
 * the network are those of the whole input.
 *
 * @param region in source pixels
 * @returns undefined where that is all of the input
 */
export function inputRegion(region: Region, source: Size, letterbox: Letterbox): Region | undefined {
  const { innerWidth, innerHeight, offsetX, offsetY } = letterbox;
  const span = (start: number, length: number, scale: number, offset: number, whole: number): [number, number] => {
    const from = MULTIPLE * Math.floor((offset + start * scale - MARGIN) / MULTIPLE);
    const to = MULTIPLE * Math.ceil((offset + (start + length) * scale + MARGIN) / MULTIPLE);
    return [Math.max(0, from), Math.min(whole, to)];
  };
  const [left, right] = span(region.left, region.width, innerWidth / source.width, offsetX, letterbox.width);
  const [top, bottom] = span(region.top, region.height, innerHeight / source.height, offsetY, letterbox.height);
  const [width, height] = [right - left, bottom - top];
  return width < letterbox.width || height < letterbox.height ? { left, top, width, height } : undefined;
}

/**
 * Tells of boxes whether they end within a part of the input, or where the input does: people who may be cut off are not whole.
 *
 * @returns a function of boxes in pixels of the part, and of a row
 */
export function isWholeIn({ left, top, width, height }: Region, input: Size): (boxes: Boxes, i: number) => boolean {
  const leastX = left > 0 ? CUT : Number.NEGATIVE_INFINITY;
  const leastY = top > 0 ? CUT : Number.NEGATIVE_INFINITY;
  const mostX = left + width < input.width ? width - CUT : Number.POSITIVE_INFINITY;
  const mostY = top + height < input.height ? height - CUT : Number.POSITIVE_INFINITY;
  return (boxes, i) => {
    const x = boxes[4 * i];
    const y = boxes[4 * i + 1];
    return x >= leastX && y >= leastY && x + boxes[4 * i + 2] <= mostX && y + boxes[4 * i + 3] <= mostY;
  };
}
