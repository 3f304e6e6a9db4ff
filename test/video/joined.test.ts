import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveInput } from '../../src/video/input.ts';
import { firstRecording, PartSplitter } from '../../src/video/joined.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const folder = temporaryFolder();

function box(type: string, bytes: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + bytes);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, Buffer.alloc(bytes, 'ftyp')]);
}

function tag(type: number, bytes: number): Buffer {
  const header = Buffer.alloc(11);
  header[0] = type;
  header.writeUIntBE(bytes, 1, 3);
  return Buffer.concat([header, Buffer.alloc(bytes, 'FLV\x01'), Buffer.alloc(4)]);
}

/** An EBML element with a size of one or eight bytes; -1 is an unknown size. */
function element(id: string, content: Buffer, size = content.length, long = false): Buffer {
  const sizes = Buffer.alloc(8);
  sizes.writeBigUInt64BE(size < 0 ? 0x01ffffffffffffffn : 0x0100000000000000n + BigInt(size));
  return Buffer.concat([
    Buffer.from(id, 'hex'),
    long || size < 0 || size > 126 ? sizes : Buffer.from([0x80 | size]),
    content,
  ]);
}

const bytes = (n: number) => Buffer.alloc(n, Buffer.from('1a45dfa3', 'hex'));
const ebml = element('1a45dfa3', bytes(19));
const cluster = element('1f43b675', bytes(300));
const flvHeader = Buffer.from('464c5601050000000900000000', 'hex');

const RECORDINGS: readonly (readonly [string, Buffer])[] = [
  ['mp4', Buffer.concat([box('ftyp', 12), box('mdat', 500), box('moov', 40)])],
  [
    'fragmented.mp4',
    Buffer.concat([
      box('ftyp', 12),
      box('moov', 40),
      box('moof', 30),
      box('mdat', 90),
      box('moof', 20),
      box('mdat', 9),
    ]),
  ],
  ['flv', Buffer.concat([flvHeader, tag(18, 60), tag(9, 5), tag(8, 1), tag(9, 700)])],
  [
    'mkv',
    Buffer.concat([ebml, element('18538067', Buffer.concat([element('1549a966', bytes(30)), cluster, cluster]))]),
  ],
  ['live.mkv', Buffer.concat([ebml, element('18538067', Buffer.concat([cluster, cluster]), -1)])],
  [
    'live-clusters.mkv',
    Buffer.concat([
      ebml,
      element(
        '18538067',
        element('1f43b675', Buffer.concat([element('e7', bytes(2)), element('a3', bytes(90))]), -1),
        -1,
      ),
    ]),
  ],
];

/** The recordings of a file, as bytes. */
function partsOfFile(name: string, content: Buffer): Buffer[] {
  const path = join(folder, name);
  writeFileSync(path, content);
  return firstRecording(resolveInput(path)).parts.map(({ start, end }) => content.subarray(start, end));
}

/** The recordings of a stream in chunks. */
function partsOfStream(chunks: readonly Buffer[]): Buffer[] {
  const splitter = new PartSplitter();
  const parts: Buffer[][] = [[]];
  const left = [...chunks];
  for (let chunk = left.shift(); chunk; chunk = left.shift()) {
    const { own, rest } = splitter.push(chunk);
    parts.at(-1)!.push(own);
    if (!rest) continue;
    left.unshift(rest);
    parts.push([]);
  }
  parts.at(-1)!.push(splitter.end());
  return parts.map((buffers) => Buffer.concat(buffers));
}

describe.each(RECORDINGS)('%s', (name, recording) => {
  it('is one recording by itself', () => {
    expect(partsOfFile(`one.${name}`, recording)).toEqual([]);
    expect(partsOfStream([recording])).toEqual([recording]);
  });

  it('is found again where it is joined to others', () => {
    for (const [, other] of RECORDINGS.filter(([format]) => format.split('.').at(-1) === name.split('.').at(-1))) {
      const all = [recording, other, recording];
      expect(partsOfFile(`three.${name}`, Buffer.concat(all))).toEqual(all);
    }
  });

  it('is found again in a stream, however that is cut into chunks', () => {
    const content = Buffer.concat([recording, recording, recording]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (lengths) => {
        const chunks: Buffer[] = [];
        for (let at = 0, i = 0; at < content.length; at += lengths[i++ % lengths.length])
          chunks.push(content.subarray(at, at + lengths[i % lengths.length]));
        expect(partsOfStream(chunks)).toEqual([recording, recording, recording]);
      }),
      { numRuns: 30 },
    );
  });
});

it('what is no known format, or breaks off, is one recording with all its bytes', () => {
  const noise = Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 2654435761) >>> 24));
  const broken = Buffer.concat([RECORDINGS[2][1], noise, RECORDINGS[2][1]]);
  for (const content of [noise, broken, flvHeader.subarray(0, 5), RECORDINGS[3][1].subarray(0, 60)]) {
    expect(partsOfFile('odd', content)).toEqual([]);
    expect(partsOfStream([content.subarray(0, 2), content.subarray(2)])).toEqual([content]);
  }
});

it('a part is read under its own name, whatever that is', () => {
  const path = join(folder, 'a,,:b %d.flv');
  writeFileSync(path, Buffer.concat([RECORDINGS[2][1], RECORDINGS[2][1]]));
  const half = RECORDINGS[2][1].length;
  expect(firstRecording(resolveInput(path)).first.args.slice(-4)).toEqual([
    '-protocol_whitelist',
    'file,subfile',
    '-i',
    `subfile,,start,0,end,${half},,:file:${path}`,
  ]);
});
