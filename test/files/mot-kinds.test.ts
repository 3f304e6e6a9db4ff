import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TwintrackError } from '../../src/core/errors.ts';
import type { Notice } from '../../src/core/notices.ts';
import { readDetections } from '../../src/detection/index.ts';
import { readGroundTruth, readMotRows, readResults } from '../../src/evaluation/index.ts';
import type { MotUse } from '../../src/files/mot-findings.ts';
import { openMotFrames } from '../../src/files/mot-frames.ts';
import { readMot } from '../../src/trajectories/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const path = join(temporaryFolder(), 'a b.txt');
const USES = ['detections', 'results', 'truth'] as const;

/** A box as the uses have it: frame from 0, x, y, right, bottom. */
type Box = readonly number[];

/** Reads a file for a use, and what is said of it: the message without the name of the file. */
async function read(use: MotUse, content: string | Buffer): Promise<{ boxes: Box[]; said: string[]; codes: string[] }> {
  writeFileSync(path, content);
  const notices: Notice[] = [];
  const onNotice = (notice: Notice) => void notices.push(notice);
  const boxes = await READ[use](onNotice);
  expect(notices.every(({ message }) => message.startsWith(`${path}: `) && !message.includes('\n'))).toBe(true);
  return {
    boxes,
    said: notices.map(({ message }) => message.slice(path.length + 2)),
    codes: notices.map(({ code }) => code),
  };
}

const READ: Record<MotUse, (onNotice: (notice: Notice) => void) => Promise<Box[]>> = {
  async detections(onNotice) {
    const file = await readDetections(path, { onNotice });
    const found: Box[] = [];
    for (let index = 0; index < file.frameCount; index++) {
      const { boxes, length } = await file.detect({ index, time: 0, width: 0, height: 0 });
      for (let i = 0; i < length; i++) found.push(box(index, boxes, i));
    }
    await file.close();
    return found;
  },
  async results(onNotice) {
    const { frames, boxes } = await readResults(path, { onNotice });
    return [...frames].map((frame, i) => box(frame, boxes, i));
  },
  async truth(onNotice) {
    const { rows } = await readGroundTruth(path, { onNotice });
    const found: Box[] = [];
    for (let frame = 0; frame < rows.frames; frame++)
      for (let k = rows.start[frame]; k < rows.start[frame + 1]; k++)
        found.push([frame, ...rows.corners.subarray(4 * k, 4 * k + 4)]);
    return found;
  },
};

function box(frame: number, boxes: Float64Array, i: number): Box {
  const [x, y, w, h] = boxes.subarray(4 * i, 4 * i + 4);
  return [frame, x, y, x + w, y + h];
}

const ROWS = ['1,1,10,20,30.5,40,0.9,-1,-1,-1', '1,2,50,20,30,40,0.75,-1,-1,-1', '3,1,12,20,30,40,0.5,-1,-1,-1'];
const BOXES = [
  [0, 10, 20, 40.5, 60],
  [0, 50, 20, 80, 60],
  [2, 12, 20, 42, 60],
];
const joined = (separator: string, end = '\n') => ROWS.map((row) => row.replaceAll(',', separator) + end).join('');
const utf16 = (text: string) => Buffer.from(text, 'utf16le');

const NEGATIVE = [
  ['1,1,10,20,-30,40,0.9', 'the box is -30 × 40 pixels'],
  ['1,1,10,20,30,-0.5,0.9', 'the box is 30 × -0.5 pixels'],
];

describe.each(USES)('%s are read', (use) => {
  it.each<[string, string | Buffer]>([
    ['with commas', joined(',')],
    ['with commas and blanks', joined(',  ')],
    ['with commas between blanks, in columns', ROWS.map((row) => `  ${row.replaceAll(',', ' ,\t')}\n`).join('')],
    ['with blanks', joined(' ')],
    ['with several blanks', joined('   ')],
    ['with tabs', joined('\t')],
    ['with semicolons', joined(';')],
    ['with semicolons and decimal commas', joined(';').replaceAll('.', ',')],
    ['with tabs and decimal commas', joined('\t').replaceAll('.', ',')],
    ['with a comma at the end', joined(',', ',\n')],
    ['with CR LF', joined(',', '\r\n')],
    ['with CR', joined(',', '\r')],
    ['with CR at the end of the lines of Windows', joined(',', '\r\r\n')],
    ['without an end of the last line', joined(',').trimEnd()],
    ['with a byte order mark', `\uFEFF${joined(',')}`],
    ['in UTF-16 LE', utf16(`\uFEFF${joined(',')}`)],
    ['in UTF-16 BE', utf16(`\uFEFF${joined(',')}`).swap16()],
    ['in UTF-16 LE without the mark', utf16(joined(','))],
    ['in UTF-16 BE without the mark', utf16(joined(',')).swap16()],
    ['with a header', `frame,id,bb_left,bb_top,bb_width,bb_height,conf,x,y,z\n${joined(',')}`],
    ['with another header', `Frame No.;Track ID;X;Y;Width;Height;Confidence\n${joined(';')}`],
    ['with a header with names of one\u2019s own', `img;who;xmin;ymin;w;h;p\n${joined(';')}`],
    ['with comments and empty lines', `# mine\n% and yours\n\n${ROWS.join('\n  \n\t# more\n')}\n\n`],
    ['with powers of ten', '1e0,1,1E+1,2e1,3.05e1,4e1,9e-1\n1,2,.5e2,20.,30,+40,.75\n3,1,12,20,30,40,5e-1'],
    ['with quotes', ROWS.map((row) => `"${row.replaceAll(',', '","')}"\n`).join('')],
    [
      'with quoted decimal commas',
      ROWS.map((row) => `"${row.replaceAll(',', '","').replaceAll('.', ',')}"\n`).join(''),
    ],
    ['with more columns', ROWS.map((row) => `${row},person,"a, b",7\n`).join('')],
  ])('%s', async (_, content) => {
    expect(await read(use, content)).toEqual({ boxes: BOXES, said: [], codes: [] });
  });

  it.each([6, 7, 10])('with %i columns', async (columns) => {
    const text = ROWS.map((row) => row.split(',').slice(0, columns).join(',')).join('\n');
    const { boxes, said } = await read(use, text);
    // all scores are 1 where there is none
    expect([boxes, said]).toEqual([BOXES, []]);
  });

  it('with frames from 0, all one later', async () => {
    const { boxes, said } = await read(use, '1,1,12,20,30,40,0.5\n0,1,10,20,30,40,0.9\n4,1,9,20,30,40,0.8');
    expect(boxes.map(([frame]) => frame).sort()).toEqual([0, 1, 4]);
    expect(said[0]).toBe('its frames count from 0, not from 1; all are counted one later');
  });

  it('without exact repetitions of a row', async () => {
    const twice = ROWS.flatMap((row) => [row, row]).join('\n');
    const all = 'every row stands twice, 6 in all; the second of each is left out; was it written or joined twice?';
    expect(await read(use, twice)).toEqual({ boxes: BOXES, said: [all], codes: ['rows-repeated'] });
    const some = '1 of 4 rows repeat another and are left out; was it written or joined twice?';
    expect(await read(use, [ROWS[0], ...ROWS].join('\n'))).toMatchObject({ said: [some] });
    const { boxes, codes } = await read(use, [...ROWS, ...ROWS].join('\n'));
    expect(boxes.sort((a, b) => a[0] - b[0])).toEqual(BOXES);
    expect(codes).toEqual(use === 'detections' ? ['rows-repeated', 'rows-unordered'] : ['rows-repeated']);
  });

  it('with a word on coordinates that are parts of the picture', async () => {
    const { boxes, said } = await read(use, '1,1,0.1,0.2,0.05,0.2,0.9\n2,1,0.95,0.2,0.1,0.2,0.8');
    expect(boxes).toHaveLength(2);
    expect(said).toEqual([
      'all 2 boxes are within 0..1, as parts of the picture; multiply x and w by its width, y and h by its height',
    ]);
    expect((await read(use, '1,1,0,0,1,1,0.9\n2,1,0,0,1,2,0.8')).said).toEqual([]);
  });

  it('with a word on rows that are cut off', async () => {
    const { said } = await read(use, `${ROWS.slice(0, 2).join('\n')}\n3,1,12,20,30,40`);
    expect(said).toEqual([
      '1 of 3 rows have no score as the first has, first line 3; 1 is taken; was the file cut off?',
    ]);
  });

  it.each([
    ['1,1,10,20,nan,40,0.9', 'column 5 is "nan", not a number'],
    ['1,1,10,20,30,-inf,0.9', 'column 6 is "-inf", not a number'],
    ['1,1,10,20,30,40,1e999', 'column 7 is "1e999", not a number'],
    ['1,1,0x10,20,30,40,0.9', 'column 3 is "0x10", not a number'],
    ...(use === 'results' ? [] : NEGATIVE),
    ['1,1,10,20,30', 'has 5 of at least 6 columns'],
    ['1\t\t10\t20\t30\t40\t0.9', 'column 2 is "", not a number'],
    ['1,1,10 000,20,30,40,0.9', 'column 3 is "10 000", not a number'],
    ['1;1;1.234,5;20;30;40;0.9', 'column 3 is "1.234,5", not a number'],
    ['1.5,1,10,20,30,40,0.9', 'frame 1.5 is not a whole number from 1'],
    ['-1,1,10,20,30,40,0.9', 'frame -1 is not a whole number from 1'],
    ['27000000,1,10,20,30,40,0.9', 'frame 27000000 is past the longest sequence, 26000000 frames'],
    ['1,0.5,10,20,30,40,0.9', 'id 0.5 is not a whole number'],
    ['1,1,\u001b[31m,20,30,40,0.9', 'column 3 is "\\u001b[31m", not a number'],
  ])('but not %j', async (row, reason) => {
    const fix = 'expected frame,id,x,y,w,h,score with frames from 1';
    const error = await read(use, `${ROWS[0]}\n\n${row}\n`).catch((e: Error) => e);
    expect(error).toBeInstanceOf(TwintrackError);
    expect((error as Error).message).toBe(`${path}: line 3: ${reason}; ${fix}`);
  });

  it('but not with commas that may separate thousands', async () => {
    const fault = `${path}: line 2: column 3 is "1,234", a part of a number or thousands; write numbers with a decimal point`;
    await expect(read(use, '1;1;10;20;30;40;1\n2;1;1,234;20;30;40;1')).rejects.toThrow(fault);
    const { boxes } = await read(use, '1;1;1,234;20;30;40;1\n2;1;10;20;30;40;0,9');
    expect(boxes[0][1]).toBe(1.234);
  });
});

describe('what is said of some uses only', () => {
  const many = (score: number | string, frames = 12) =>
    Array.from({ length: frames }, (_, i) => `${i + 1},1,${10 + i},20,30,40,${score}`).join('\n');

  it('scores that are all 0', async () => {
    expect((await read('detections', many(0))).said).toEqual([
      'all 12 scores are 0, so that no box counts as a person; is the score in column 7?',
    ]);
    expect((await read('results', many(0))).said).toEqual([]);
    expect((await read('truth', many(0))).said).toEqual([
      'column 7 is 0 in all 12 rows, so that none of them counts; write 1 for a person to be found',
    ]);
  });

  it('scores that are all alike, of detections with scores', async () => {
    expect((await read('detections', many(0.4))).codes).toEqual(['scores-alike']);
    expect((await read('detections', many(0.4, 9))).codes).toEqual([]);
    expect((await read('truth', many(1))).codes).toEqual([]);
    expect((await read('detections', many('').replaceAll(/,$/gm, ''))).codes).toEqual([]);
  });

  it('rows out of order; results and ground truth may be sorted by id', async () => {
    const byId = '1,1,0,0,9,9,1\n2,1,0,0,9,9,0.5\n3,1,0,0,9,9,0.5\n1,2,20,0,9,9,1';
    const said = '1 of 4 rows go back to an earlier frame, first line 4; they are sorted; was it joined from parts?';
    expect((await read('detections', byId)).said).toEqual([said]);
    expect((await read('results', byId)).said).toEqual([]);
    expect((await read('truth', byId)).said).toEqual([]);
    expect((await read('results', byId.replace('1,1', '5,1'))).said).toEqual([
      '2 of 4 rows go back to an earlier frame, first line 2; they are sorted; was it joined from parts?',
    ]);
  });

  it('detections that do not fit the video', async () => {
    const said = async (text: string, video: Parameters<Awaited<ReturnType<typeof readDetections>>['compare']>[0]) => {
      writeFileSync(path, text);
      const notices: Notice[] = [];
      (await readDetections(path, { onNotice: (notice) => void notices.push(notice) })).compare(video);
      return notices.map(({ message }) => message.slice(path.length + 2));
    };
    const size = { width: 100, height: 80 };
    expect(await said('1,-1,100,0,9,9,0.5\n2,-1,5,80,9,9,0.4\n3,-1,-9,0,9,9,0.3\n3,-1,9,-9,9,9,0.3', { size })).toEqual(
      ['all 4 boxes are outside the picture of 100 × 80; were they made at another size?'],
    );
    expect(await said('1,-1,100,0,9,9,0.5\n1,-1,99.5,79.5,9,9,0.5', { size })).toEqual([]);
    expect(await said('1,-1,-8.5,-8.5,9,9,0.5', { size })).toEqual([]);
    expect(await said('3000,-1,5,5,9,9,0.5', { size, frames: 42 })).toEqual([
      'has boxes up to frame 3000, the video has 42 frames; is it of another video, or of another frame rate?',
    ]);
    expect(await said('43,-1,5,5,9,9,0.5', { size, frames: 42 })).toEqual([]);
  });
});

describe('any form', () => {
  const number = fc.oneof(
    fc.integer({ min: 0, max: 4000 }).map(String),
    fc.double({ min: 0.01, max: 4000, noNaN: true }).map((x) => x.toFixed(2)),
    fc.double({ min: 1e-9, max: 1e15, noNaN: true }).map(String),
  );
  const row = fc.tuple(
    fc.integer({ min: 1, max: 30 }),
    fc.integer({ min: -1, max: 9 }),
    fc.array(number, { minLength: 5, maxLength: 5 }),
  );
  const form = fc.record({
    separator: fc.constantFrom(',', ', ', ' , ', ' ', '  ', '\t', ';', '; '),
    end: fc.constantFrom('\n', '\r\n', '\r'),
    encoding: fc.constantFrom('utf8', 'utf8 mark', 'le', 'le mark', 'be', 'be mark'),
    quoted: fc.boolean(),
    header: fc.constantFrom('', 'frame,id,x,y,w,h,score', '# a comment', '% one'),
    more: fc.integer({ min: 0, max: 5 }),
  });

  it('gives the rows of the plain file', async () => {
    const rowsOf = async (content: string | Buffer) => {
      writeFileSync(path, content);
      const { frames, ids, boxes, confidences } = await readMotRows(path, { use: 'results' });
      return { frames, ids, boxes, confidences };
    };
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), form, async (rows, f) => {
        const fields = rows.map(([frame, id, numbers]) => [String(frame), String(id), ...numbers]);
        const plain = await rowsOf(fields.map((row) => row.map((x) => String(Number(x))).join()).join('\n'));
        const quote = (x: string) => (f.quoted ? `"${x}"` : x);
        const lines = fields.map((row) => [...row, ...Array(f.more).fill('-1')].map(quote).join(f.separator));
        const header = f.header.startsWith('frame') ? f.header.replaceAll(',', f.separator) : f.header;
        const text = [...(header ? [header] : []), ...lines, ''].join(f.end);
        const marked = f.encoding.endsWith('mark') ? `\uFEFF${text}` : text;
        const bytes = f.encoding.startsWith('utf8') ? Buffer.from(marked) : utf16(marked);
        expect(await rowsOf(f.encoding.startsWith('be') ? bytes.swap16() : bytes)).toEqual(plain);
      }),
      { numRuns: 200 },
    );
  });

  const piece = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom('1', '0', '-1', '2.5', '1e3', '1,5', 'nan', '"', "'", '#', 'frame', '\0', '\u001b'),
    },
    { weight: 4, arbitrary: fc.constantFrom(',', ';', ' ', '\t', '\n', '\r', '\r\n') },
    fc.string({ maxLength: 4 }),
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array)),
    fc.array(piece, { maxLength: 80 }).map((pieces) => Buffer.from(pieces.join(''))),
    fc.array(piece, { maxLength: 80 }).map((pieces) => utf16(pieces.join(''))),
  );

  it.each(USES)('of bytes: %s, or one line that says why not', async (use) => {
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        const error = await read(use, content).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error === undefined) return;
        expect(error).toBeInstanceOf(TwintrackError);
        expect((error as Error).message).toMatch(/^[^\p{Cc}]+$/u);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a file that is not held in memory', () => {
  const row = fc.tuple(
    fc.integer({ min: 0, max: 40 }),
    fc.integer({ min: -1, max: 3 }),
    fc.integer({ min: 0, max: 3 }),
  );

  it('gives the frames of one that is, in any order', async () => {
    const given = fc.array(row, { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(given, fc.boolean(), fc.array(fc.nat(45), { maxLength: 30 }), async (rows, sorted, asked) => {
        if (sorted) rows.sort((a, b) => a[0] - b[0]);
        const lines = rows.map(([frame, id, x]) => `${frame},${id},${x},0,5,6,0.5`);
        // comments longer than a block of the file, so that it is read in several
        writeFileSync(
          path,
          lines.flatMap((line, i) => (i % 20 === 7 ? [line, `#${' '.repeat(1 << 18)}`] : line)).join('\n'),
        );
        const said: string[][] = [[], []];
        const files = await Promise.all(
          [0, Number.POSITIVE_INFINITY].map((held, k) =>
            openMotFrames(path, { use: 'detections', onNotice: ({ message }) => said[k].push(message) }, held),
          ),
        );
        for (const index of [...asked, ...Array(45).keys()]) {
          const [streamed, held] = await Promise.all(
            files.map((file) =>
              file.take(index, ({ frames, ids, boxes }, from, to) => ({
                frames: [...frames.subarray(from, to)],
                ids: [...ids.subarray(from, to)],
                boxes: [...boxes.subarray(4 * from, 4 * to)],
              })),
            ),
          );
          expect(streamed).toEqual(held);
        }
        expect(said[0]).toEqual(said[1]);
        await Promise.all(files.map((file) => file.close()));
      }),
      { numRuns: 60 },
    );
  });

  it('is refused when it was changed', async () => {
    const text = Array.from({ length: 20 }, (_, i) => `${i + 1},-1,1,2,3,4,0.5`).join('\n');
    writeFileSync(path, text);
    const file = await openMotFrames(path, { use: 'detections' }, 0);
    writeFileSync(path, `${text}\n21,-1,1,2,3,4,0.5`);
    await expect(file.take(20, () => 0)).rejects.toThrow(`${path}: was changed while it was read; start again`);
  });

  it('gives several frames that are asked for at once', async () => {
    writeFileSync(path, '1,1,1,2,3,4\n2,2,1,2,3,4\n2,3,1,2,3,4\n5,4,1,2,3,4');
    const file = await openMotFrames(path, { use: 'detections' }, 0);
    const ids = await Promise.all(
      [0, 1, 2, 4, 9].map((f) => file.take(f, (c, from, to) => [...c.ids.subarray(from, to)])),
    );
    expect(ids).toEqual([[1], [2, 3], [], [4], []]);
  });
});

it('trajectories are read from the same forms', async () => {
  writeFileSync(path, utf16(`\uFEFF# mine\r\n${joined(';', '\r\n').replaceAll('.', ',')}`).swap16());
  const said: string[] = [];
  const trajectories = await readMot(path, 10, ({ code }) => said.push(code));
  expect(trajectories.map(({ id, frames }) => [id, ...frames])).toEqual([
    [1, 0, 2],
    [2, 0],
  ]);
  expect(said).toEqual([]);
});
