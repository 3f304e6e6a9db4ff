import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AS_IT_IS } from '../../src/detection/calibration.ts';
import { readDetections } from '../../src/detection/index.ts';
import { writeFile } from './graphs.ts';

const frame = (index: number) => ({ index, time: 0, width: 0, height: 0 });

describe('a MOT det file', () => {
  test('counts frames from 0, takes boxes as they are, sorts by score, and needs no pixels', async () => {
    const file = writeFile(
      'det.txt',
      '3,-1,11,21,5,6,0.25,-1,-1,-1\n1,-1,1,1,2,3,0.5\n3,-1,1.5,2.5,3,4,0.75,-1,-1,-1\n',
    );
    const detector = await readDetections(file);
    expect(detector.frameCount).toBe(3);
    expect(detector.letterbox(640, 480)).toBeUndefined();
    expect(detector).toMatchObject({ file, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const third = await detector.detect(frame(2));
    expect([...third.boxes]).toEqual([1.5, 2.5, 3, 4, 11, 21, 5, 6]);
    expect([...third.scores]).toEqual([0.75, 0.25]);
    expect([...(await detector.detect(frame(0))).boxes]).toEqual([1, 1, 2, 3]);
    expect((await detector.detect(frame(1))).length).toBe(0);
    expect((await detector.detect(frame(99))).length).toBe(0);
    await detector.close();
  });

  test('Windows line ends, a byte order mark, spaces and empty lines', async () => {
    const detector = await readDetections(
      writeFile('det.txt', '\uFEFF1,-1, 1 ,1,2,3,0.5\r\n\r\n  \r\n2,-1,1,1,2,3,1e-3\r\n'),
    );
    expect(detector.frameCount).toBe(2);
    expect((await detector.detect(frame(1))).scores[0]).toBeCloseTo(0.001, 6);
  });

  test.each([
    ['six columns', '1,-1,1,1,2,3\n2,-1,1,1,2,3\n', 1],
    ['white space', '1 -1 1 1\t2 3 0.5 -1 -1 -1\n2 -1 1 1 2 3 0.5\n', 0.5],
    ['semicolons, a comment and a header', '# mine\nframe;id;x;y;w;h;conf\n1;-1;1;1;2;3;0.5\n2;-1;1;1;2;3;0.5;\n', 0.5],
    ['the line ends of old Macs', '1,-1,1,1,2,3,0.5,-1,-1,-1\r2,-1,1,1,2,3,0.5,-1,-1,-1\r', 0.5],
    ['a name in the eighth column', '1,-1,1,1,2,3,0.5,person\n2,-1,1,1,2,3,0.5,person', 0.5],
  ])('%s', async (_, text, score) => {
    const detector = await readDetections(writeFile('det.txt', text));
    expect(detector.frameCount).toBe(2);
    for (const index of [0, 1]) {
      const { boxes, scores } = await detector.detect(frame(index));
      expect([[...boxes], [...scores]]).toEqual([[1, 1, 2, 3], [score]]);
    }
  });

  test('an empty file has no frames', async () => {
    expect((await readDetections(writeFile('det.txt', ''))).frameCount).toBe(0);
  });

  test.each([
    ['1,-1,1,1,2', 'has 5 of at least 6 columns'],
    ['1,-1,1,1,two,3,0.5', 'column 5 is "two", not a number'],
    ['1,-1,1,,2,3,0.5', 'column 4 is "", not a number'],
    ['1,-1,1,1,2,3,inf', 'column 7 is "inf", not a number'],
    ['-1,-1,1,1,2,3,0.5', 'frame -1 is not a whole number from 1'],
    ['1.5,-1,1,1,2,3,0.5', 'frame 1.5 is not a whole number from 1'],
    ['2000000000,-1,1,1,2,3,0.5', 'frame 2000000000 is past the longest sequence, 26000000 frames'],
    ['1,-1,1,1,0,3,0.5', 'the box is 0 × 3 pixels'],
    ['1,-1,1,1,2,-3,0.5', 'the box is 2 × -3 pixels'],
  ])('a broken line "%s" is named', async (line, reason) => {
    const file = writeFile('det.txt', `1,-1,1,1,2,3,0.5\n\n${line}\n`);
    const error = await readDetections(file).catch((e: Error) => e);
    expect(error).toMatchObject({ name: 'TwintrackError' });
    expect((error as Error).message).toBe(
      `${file}: line 3: ${reason}; expected frame,id,x,y,w,h,score with frames from 1`,
    );
  });

  test('a missing file', async () => {
    await expect(readDetections('/nowhere/det.txt')).rejects.toThrow('/nowhere/det.txt: does not exist');
  });

  test('any finite score and any order of lines come through unharmed', async () => {
    const row = fc.record({
      frame: fc.integer({ min: 1, max: 5 }),
      x: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
      w: fc.double({ min: 0.01, max: 1e4, noNaN: true }),
      score: fc.float({ min: -100, max: 100, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
        const text = rows.map(({ frame: f, x, w, score }) => `${f},-1,${x},1,${w},7,${score},-1,-1,-1`).join('\n');
        const detector = await readDetections(writeFile('det.txt', text), { calibration: AS_IT_IS });
        expect(detector.frameCount).toBe(Math.max(0, ...rows.map((r) => r.frame)));
        for (let f = 1; f <= 5; f++) {
          const expected = rows.filter((r) => r.frame === f).map((r) => Math.fround(r.score) + 0); // −0 is written as 0
          const { scores } = await detector.detect(frame(f - 1));
          expect([...scores]).toEqual(expected.sort((a, b) => b - a));
        }
      }),
      { numRuns: 30 },
    );
  });
});
