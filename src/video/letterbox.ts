import type { Letterbox } from '../core/frame.ts';
import type { Boxes } from '../core/geometry.ts';

/**
 * How a source picture fits into a detector's input: scaled as large as it fits with its aspect kept, the rest padded.
 * The scaled size is rounded to whole pixels, at least one.
 *
 * @param align where the padding goes: on both sides, or right and below only
 */
export function letterboxFor(
  sourceWidth: number,
  sourceHeight: number,
  inputWidth: number,
  inputHeight: number,
  align: 'centre' | 'topLeft' = 'centre',
): Letterbox {
  const scale = Math.min(inputWidth / sourceWidth, inputHeight / sourceHeight);
  const innerWidth = Math.min(inputWidth, Math.max(1, Math.round(sourceWidth * scale)));
  const innerHeight = Math.min(inputHeight, Math.max(1, Math.round(sourceHeight * scale)));
  return {
    width: inputWidth,
    height: inputHeight,
    innerWidth,
    innerHeight,
    offsetX: align === 'centre' ? (inputWidth - innerWidth) >> 1 : 0,
    offsetY: align === 'centre' ? (inputHeight - innerHeight) >> 1 : 0,
  };
}

/**
 * Maps boxes from input pixels back to source pixels, in place: the exact inverse of the scaling, each axis by its own
 * factor since the scaled size is rounded.
 *
 * @param boxes n × 4 (x, y, w, h) in pixels of the letterboxed input
 * @returns the same array
 */
export function unletterbox(boxes: Boxes, letterbox: Letterbox, sourceWidth: number, sourceHeight: number): Boxes {
  const scaleX = sourceWidth / letterbox.innerWidth;
  const scaleY = sourceHeight / letterbox.innerHeight;
  for (let i = 0; i < boxes.length; i += 4) {
    boxes[i] = (boxes[i] - letterbox.offsetX) * scaleX;
    boxes[i + 1] = (boxes[i + 1] - letterbox.offsetY) * scaleY;
    boxes[i + 2] *= scaleX;
    boxes[i + 3] *= scaleY;
  }
  return boxes;
}
