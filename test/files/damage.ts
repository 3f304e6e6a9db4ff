import fc from 'fast-check';

/** One change of a file. */
export type Damage = (bytes: Buffer) => Buffer;

/** What stands in the place of a number. */
const NUMBERS = [
  ...[
    '1e10',
    '-1e10',
    '1e300',
    '1.7e308',
    '-1.7e308',
    '1e999',
    '1e-320',
    '-1',
    '0',
    '-0',
    '',
    'NaN',
    'Infinity',
    'null',
  ],
  ...[
    '2147483647',
    '2147483648',
    '4294967296',
    '9007199254740993',
    '1e21',
    '0x10',
    '1_000',
    '1,5',
    '"7"',
    '[1]',
    '0.5',
  ],
];
const PIECES = [
  '',
  '\n',
  ',',
  ',,',
  '-1',
  'NaN',
  '1e999',
  'null',
  '[]',
  '{}',
  '"',
  ': ',
  '- ',
  '&a ',
  '*a',
  '\t',
  '\r',
  '\0',
  '%',
];

/** From 0 to below 1, evenly: `fc.double` is 0, or next to it, most of the time. */
const place = fc.noBias(fc.nat({ max: 2 ** 30 - 1 })).map((n) => n / 2 ** 30);

/** Bytes that replace some others. */
const spliced = fc
  .tuple(
    place,
    fc.integer({ min: 0, max: 20 }),
    fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc.constantFrom(...PIECES).map((text) => Buffer.from(text)),
    ),
  )
  .map(
    ([at, length, by]): Damage =>
      (bytes) => {
        const from = Math.floor(at * bytes.length);
        return Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(from + length)]);
      },
  );

const flipped = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 7 })), { minLength: 1, maxLength: 8 }).map(
  (bits): Damage =>
    (bytes) => {
      const out = Buffer.from(bytes);
      for (const [at, bit] of bits) if (out.length > 0) out[Math.floor(at * out.length)] ^= 1 << bit;
      return out;
    },
);

const cut = place.map(
  (at): Damage =>
    (bytes) =>
      bytes.subarray(0, Math.floor(at * bytes.length)),
);

/** One number of a text, or every so many of them, as those of a column are. */
const renumbered = fc
  .tuple(
    place,
    fc.constantFrom(...NUMBERS),
    fc.oneof({ arbitrary: fc.constant(1), weight: 5 }, { arbitrary: fc.integer({ min: 2, max: 12 }), weight: 1 }),
  )
  .map(
    ([at, by, every]): Damage =>
      (bytes) => {
        const text = bytes.toString('latin1');
        const numbers = [...text.matchAll(/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi)];
        if (numbers.length === 0) return bytes;
        const first = Math.floor(at * numbers.length);
        let out = '';
        let from = 0;
        for (const [k, number] of numbers.entries()) {
          if (every === 1 ? k !== first : k % every !== first % every) continue;
          out += text.slice(from, number.index) + by;
          from = number.index + number[0].length;
        }
        return Buffer.from(out + text.slice(from), 'latin1');
      },
  );

/** Two lines that change places, one that is there twice, or one that is missing. */
const reordered = fc.tuple(place, place, fc.constantFrom('swap', 'repeat', 'drop')).map(
  ([a, b, how]): Damage =>
    (bytes) => {
      const lines = bytes.toString('latin1').split('\n');
      const [i, j] = [Math.floor(a * lines.length), Math.floor(b * lines.length)];
      if (how === 'swap') [lines[i], lines[j]] = [lines[j], lines[i]];
      else if (how === 'repeat') lines.splice(j, 0, lines[i]);
      else lines.splice(i, 1);
      return Buffer.from(lines.join('\n'), 'latin1');
    },
);

const encoded = fc.constantFrom<Damage>(
  (bytes) => Buffer.from(`\uFEFF${bytes}`, 'utf16le'),
  (bytes) => Buffer.from(`\uFEFF${bytes}`, 'utf16le').swap16(),
  (bytes) => Buffer.from(`${bytes}`, 'utf16le'),
  (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
  (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r'), 'latin1'),
  (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
  (bytes) => Buffer.from(bytes.toString('latin1').replaceAll(',', ';').replaceAll('.', ','), 'latin1'),
);

function several(damage: fc.Arbitrary<Damage>): fc.Arbitrary<Damage> {
  const all = fc.array(damage, { minLength: 1, maxLength: 4 });
  return all.map(
    (damages): Damage =>
      (bytes) =>
        damages.reduce((now, one) => one(now), bytes),
  );
}

/** One to four changes of a text file; half of them are of its numbers alone, so that it stays one of its kind. */
export const textDamage = fc.oneof(
  renumbered,
  several(
    fc.oneof(
      { arbitrary: spliced, weight: 3 },
      { arbitrary: renumbered, weight: 4 },
      { arbitrary: reordered, weight: 2 },
      { arbitrary: flipped, weight: 1 },
      { arbitrary: cut, weight: 1 },
      { arbitrary: encoded, weight: 1 },
    ),
  ),
);

/** One to four changes of a file that is no text. */
export const byteDamage = several(fc.oneof(spliced, flipped, flipped, cut));
