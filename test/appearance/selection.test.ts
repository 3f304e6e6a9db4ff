import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PatchSelection } from '../../src/appearance/selection.ts';

/** People who stand or walk in a row, seen ten times a second from shortly before a minute on. */
const anyFrames = fc.array(
  fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.double({ min: 0.2, max: 1, noNaN: true })), { maxLength: 5 }),
  { minLength: 30, maxLength: 60 },
);

it('chooses from each minute on as if the video began there', () => {
  fc.assert(
    fc.property(anyFrames, (frames) => {
      const [whole, part] = [new PatchSelection(), new PatchSelection()];
      for (const [i, people] of frames.entries()) {
        const boxes = Float64Array.from(people.flatMap(([x]) => [x, 100, 40, 100]));
        const scores = Float32Array.from(people, ([, score]) => score);
        const time = 58.5 + i / 10;
        const chosen = whole.choose({ length: people.length, boxes, scores }, 0.2, 0.6, time);
        if (time >= 60 - 1e-6)
          expect(part.choose({ length: people.length, boxes, scores }, 0.2, 0.6, time)).toEqual(chosen);
      }
    }),
  );
});
