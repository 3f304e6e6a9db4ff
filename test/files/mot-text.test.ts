import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesOf } from '../../src/files/lines.ts';
import { motLine, readMotRows } from '../../src/files/mot-text.ts';
import { temporaryFolder } from '../trajectories/helpers.ts';

const path = join(temporaryFolder(), 'a b.txt');

async function read(content: string | Buffer) {
  writeFileSync(path, content);
  const { frames, ids, boxes, confidences, classes, lines, columns } = await readMotRows(path);
  return {
    rows: [...frames].map((frame, i) => [frame, ids[i], ...boxes.subarray(4 * i, 4 * i + 4)]),
    confidences,
    classes,
    lines,
    columns,
  };
}

async function failure(content: string | Buffer): Promise<string> {
  const error = await read(content).catch((e: Error) => e);
  expect(error).toMatchObject({ name: 'TwintrackError' });
  return (error as Error).message.slice(path.length + 2);
}

describe('lines', () => {
  const ends = ['\n', '\r\n', '\r'];

  it.each(ends)('end with %j, also between two blocks of the file', async (end) => {
    // blocks of 256 KiB: lines of every length around that
    const lines = [
      '',
      'a',
      'é'.repeat(1 << 17),
      '',
      'x'.repeat((1 << 18) - 3),
      'y'.repeat(1 << 18),
      'z'.repeat(700_000),
      'last',
    ];
    for (const tail of ['', end]) {
      writeFileSync(path, lines.join(end) + tail);
      const got: string[] = [];
      for await (const line of linesOf(path)) got.push(line);
      expect(got.map((line) => line.length)).toEqual(lines.map((line) => line.length));
      expect(got).toEqual(lines);
    }
  });

  it('are the same wherever a block ends', async () => {
    const filler = (1 << 18) - 6;
    for (let shift = 0; shift < 6; shift++) {
      writeFileSync(path, `${'f'.repeat(filler + shift)}\r\nb\rc\n\r\nd`);
      const got: string[] = [];
      for await (const line of linesOf(path)) got.push(line);
      expect(got.slice(1)).toEqual(['b', 'c', '', 'd']);
    }
  });
});

describe('MOT text', () => {
  const rows = [
    [0, -1, 10, 20, 30.5, 40],
    [4, 7, -1, 2, 3, 4],
  ];

  it.each([
    ['commas', '1,-1,10,20,30.5,40\n5,7,-1,2,3,4\n'],
    ['commas and spaces, and one at the end', '1, -1, 10, 20, 30.5, 40,\n 5,7,-1,2,3,4, \n'],
    ['white space', '1 -1  10 20\t30.5 40\n\t5 7 -1 2 3 4\n'],
    ['semicolons', '1;-1;10;20;30.5;40\n5;7;-1;2;3;4\n'],
    ['CR line ends', '1,-1,10,20,30.5,40\r5,7,-1,2,3,4\r'],
    ['a byte order mark, CR LF, blank lines', '\uFEFF1,-1,10,20,30.5,40\r\n \r\n\r\n5,7,-1,2,3,4'],
    ['a header', 'frame,id,bb_left,bb_top,bb_width,bb_height\n1,-1,10,20,30.5,40\n5,7,-1,2,3,4'],
    ['a header in quotes', '"Frame";"TrackId";"X";"Y";"W";"H"\n1;-1;10;20;30.5;40\n5;7;-1;2;3;4'],
    ['comments', '# frame,id,x,y,w,h\n1,-1,10,20,30.5,40\n  # half of it\n5,7,-1,2,3,4'],
    ['powers of ten', '1e0,-1,1e1,2E1,3.05e+1,40\n5,7,-1,2,3,4'],
  ])('takes %s', async (_, text) => {
    expect((await read(text)).rows).toEqual(rows);
    expect((await read(Buffer.from(`\uFEFF${text}`, 'utf16le'))).rows).toEqual(rows);
  });

  it('has the line, score and class of each row, the number of columns, and the hash of the bytes', async () => {
    const text = '\n1,1,2,3,4,5,0.5,3,1\n\n2,1,2,3,4,5\n3,1,2,3,4,5,0,car';
    const { confidences, classes, lines, columns } = await read(text);
    expect([...lines]).toEqual([2, 4, 5]);
    expect([...confidences]).toEqual([0.5, 1, 0]);
    expect([...classes]).toEqual([3, 0, Number.NaN]);
    expect(columns).toBe(9);
    expect((await readMotRows(path)).sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
  });

  it.each([
    ['1,1,2,3,4', 'has 5 of at least 6 columns'],
    ['frame,x,y,w,h,score', 'the header has "x" in column 2, where id belongs'],
    ['frame,id,x1,y1,x2,y2', 'the header has "x2" in column 5, where w belongs'],
    ['1,1,2,3,4,5\nframe,id,x,y,w,h', 'column 1 is "frame", not a number', 2],
    ['1,1,2,3,4,', 'has 5 of at least 6 columns'],
    ['1,1,,3,4,5', 'column 3 is "", not a number'],
    ['1,1,2,3,4,5,high', 'column 7 is "high", not a number'],
    ['1,1,2,3,4,1e999', 'column 6 is "1e999", not a number'],
    ['1,1,1e300,3,4,5', 'column 3 is 1e+300, more than any picture or score'],
    ['1,1,2,3,4,5,-1e39', 'column 7 is -1e+39, more than any picture or score'],
    ['-1,1,2,3,4,5', 'frame -1 is not a whole number from 1'],
    ['1,1.5,2,3,4,5', 'id 1.5 is not a whole number'],
    ['{"schema":"other"}', 'has 1 of at least 6 columns'],
  ])('refuses %j', async (text, reason, line = 1) => {
    expect(await failure(text)).toBe(`line ${line}: ${reason}; expected frame,id,x,y,w,h,score with frames from 1`);
  });

  it('says of another encoding that it is one', async () => {
    const text = Buffer.from([0x31, 0x2c, 0xb2, 0x2c, 0x31, 0x0a]); // ISO 8859-1
    expect(await failure(text)).toBe('line 1: is not UTF-8 text; save the file as UTF-8');
  });

  it('is read as it was written, rounded', async () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    const size = fc.double({ min: 0, max: 1e6, noNaN: true });
    const row = fc.tuple(
      fc.nat(1e6),
      fc.nat(1e9),
      fc.tuple(number, number, size, size),
      fc.float({ noNaN: true, min: -100, max: 100 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row), async (given) => {
        const text = given.map(([frame, id, box, score]) =>
          motLine(frame, id, { boxes: Float64Array.from(box), scores: Float32Array.of(score) }, 0),
        );
        const { rows: back, confidences } = await read(text.join(''));
        expect(back.map(([frame, id]) => [frame, id])).toEqual(given.map(([frame, id]) => [frame, id]));
        for (const [i, [, , box, score]] of given.entries()) {
          for (let k = 0; k < 4; k++) expect(Math.abs(back[i][2 + k] - box[k])).toBeLessThanOrEqual(0.005001);
          expect(Math.abs(confidences[i] - score)).toBeLessThanOrEqual(6e-5);
        }
      }),
      { numRuns: 30 },
    );
  });
});
