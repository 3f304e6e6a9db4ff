import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withDrawing } from '../../src/zones/config-text.ts';
import { type Drawing, type Shape, sectionsOf } from '../../src/zones/drawing.ts';

const TEXT = `# what we count
tracking:
    lostSeconds: 3        # as   measured
zones:
  # where they wait
  queue: { points: [[120, 300], [400, 300], [420, 560], [100, 560]] } # by the till
  exit:
    points:
      - [0.8, 0] # the top
      - [1, 0]
      - [1, 1]
    unit: ratio

# the only line
lines:
  door: { points: [[100, 200], [300, 200]] }
live: { eventRate: 2 }  # more often
`;

function shape(name: string, points: [number, number][], more: Partial<Shape> = {}): Shape {
  return { name, was: name, points, unit: 'pixels', anchor: 'feet', ...more };
}

const QUEUE = shape('queue', [
  [120, 300],
  [400, 300],
  [420, 560],
  [100, 560],
]);
const EXIT = shape(
  'exit',
  [
    [0.8, 0],
    [1, 0],
    [1, 1],
  ],
  { unit: 'ratio' },
);
const DOOR = shape('door', [
  [100, 200],
  [300, 200],
]);

function drawing(more: Partial<Drawing> = {}): Drawing {
  return { zones: [QUEUE, EXIT], lines: [DOOR], ignore: [], calibration: null, ...more };
}

describe('the text of a config file', () => {
  it('stays the same, to the character, where nothing is drawn', () => {
    expect(withDrawing(TEXT, drawing())).toBe(TEXT);
    expect(withDrawing('', drawing({ zones: [], lines: [] }))).toBe('');
  });

  it('keeps all comments, and the sections that do not change', () => {
    const moved = { ...QUEUE, points: [[121, 299], ...QUEUE.points.slice(1)] as [number, number][] };
    const longer = { ...EXIT, points: [...EXIT.points, [0.8, 1]] as [number, number][] };
    expect(withDrawing(TEXT, drawing({ zones: [moved, longer] }))).toBe(
      TEXT.replace('[120, 300]', '[121, 299]').replace('      - [1, 1]\n', '      - [1, 1]\n      - [0.8, 1]\n'),
    );
  });

  it('renames, takes away and adds', () => {
    const renamed = { ...QUEUE, name: 'queue: "1"' };
    const poster: Shape = { name: 'poster', points: EXIT.points, unit: 'ratio', anchor: 'centre' };
    expect(withDrawing(TEXT, drawing({ zones: [renamed], ignore: [poster] }))).toBe(
      `${TEXT.replace('queue:', `'queue: "1"':`).replace(/ {2}exit:[\s\S]*ratio\n/, '')}ignore:
  poster: { points: [[0.8, 0], [1, 0], [1, 1]], unit: ratio }
`,
    );
    expect(parse(withDrawing(TEXT, drawing({ zones: [], lines: [] })))).toEqual({
      tracking: { lostSeconds: 3 },
      zones: {},
      lines: {},
      live: { eventRate: 2 },
    });
  });

  it('swaps names without mixing up what belongs to them', () => {
    const zones = [
      { ...QUEUE, name: 'exit' },
      { ...EXIT, name: 'queue' },
    ];
    const text = withDrawing(TEXT, drawing({ zones }));
    expect(text).toContain('  exit: { points: [[120, 300], [400, 300], [420, 560], [100, 560]] } # by the till\n');
    expect(text).toContain('  queue:\n    points:\n      - [0.8, 0] # the top\n');
  });

  it('begins a file, with the defaults left out', () => {
    const ground = { unit: 'metres', points: [{ image: [1, 2], ground: [0, 0.5] }] } satisfies Drawing['calibration'];
    const centre: Shape = { ...DOOR, anchor: 'centre' };
    expect(withDrawing('', drawing({ lines: [centre], calibration: ground }))).toBe(`zones:
  queue: { points: [[120, 300], [400, 300], [420, 560], [100, 560]] }
  exit: { points: [[0.8, 0], [1, 0], [1, 1]], unit: ratio }
lines:
  door: { points: [[100, 200], [300, 200]], anchor: centre }
calibration:
  points:
    - { image: [1, 2], ground: [0, 0.5] }
`);
    expect(withDrawing('# nothing yet\n', drawing({ zones: [], calibration: null }))).toBe(
      '# nothing yet\n\nlines:\n  door: { points: [[100, 200], [300, 200]] }\n',
    );
  });

  it('keeps the comments and the origin of ground points', () => {
    const text = `calibration:
  origin: { longitude: 11.57, latitude: 48.14 } # the corner
  points:
    - { image: [100, 500], ground: [0, 0] } # manhole
    - { image: [700, 500], ground: [8, 0] }
    - { image: [560, 200], ground: [8, 20] } # lamp
`;
    const origin = { longitude: 11.57, latitude: 48.14, heading: 0 };
    const calibration = {
      unit: 'metres' as const,
      origin,
      points: [
        { image: [101, 500] as [number, number], ground: [0, 0] as [number, number] },
        { image: [560, 200] as [number, number], ground: [8, 20] as [number, number] },
      ],
    };
    const all = { zones: [], lines: [], ignore: [] };
    expect(withDrawing(text, { ...all, calibration })).toBe(
      text
        .replace('{ image: [100, 500], ground: [0, 0] } # manhole', '{ image: [101, 500], ground: [0, 0] }')
        .replace(/ {4}- .*700.*\n/, ''),
    );
    const first = { image: [101, 500] as [number, number], ground: [0, 0] as [number, number] };
    const second = { image: [700, 500] as [number, number], ground: [8, 0] as [number, number] };
    const points = [first, second, calibration.points[1]];
    expect(withDrawing(text, { ...all, calibration: { ...calibration, points } })).toBe(text.replace('100', '101'));
    expect(withDrawing(text, { ...all, calibration: null })).not.toContain('calibration');
  });

  it('writes into the entry of a camera', () => {
    const text = `cameras:
  - name: entrance # the street
    url: rtsp://user:password@192.168.1.20/stream1
  - name: yard
    url: rtsp://192.168.1.21/stream1 # no password
  # - name: desk

# for all cameras
live: { eventRate: 2 }
`;
    expect(withDrawing(text, drawing({ zones: [] }), ['zones', 'lines', 'ignore'], ['cameras', 0])).toBe(
      text.replace('  - name: yard', '    lines:\n      door: { points: [[100, 200], [300, 200]] }\n  - name: yard'),
    );
  });

  it('keeps the ends of lines of other systems', () => {
    const text = withDrawing(TEXT.replaceAll('\n', '\r\n'), drawing({ zones: [QUEUE] }));
    expect(text.match(/(?<!\r)\n/g)).toBe(null);
    expect(parse(text)).toMatchObject({ zones: { queue: {} }, lines: { door: {} } });
  });

  it('is refused where another section would change with it', () => {
    const text = 'zones: &areas\n  queue: { points: [[1, 2], [3, 4], [5, 9]] }\nother: *areas\n';
    expect(() => withDrawing(text, drawing({ zones: [QUEUE], lines: [] }))).toThrow(
      'the areas are shared with other sections by YAML aliases; write them out in the file',
    );
  });

  it('says what is drawn, whatever the names, and keeps the rest, in any order of changes', () => {
    const number = fc.integer({ min: 0, max: 76_800 }).map((n) => n / 100);
    const name = fc.oneof(
      fc.constantFrom('queue', 'exit', 'door', '__proto__', '# no', '- a', '1', 'null', 'é: "x"'),
      fc.string({ minLength: 1 }),
    );
    const shapes = fc.uniqueArray(
      fc.record({
        name,
        was: fc.constantFrom(undefined, 'queue', 'exit', 'door'),
        points: fc.array(fc.tuple(number, number), { minLength: 2, maxLength: 5 }),
        unit: fc.constantFrom('pixels', 'ratio'),
        anchor: fc.constantFrom('feet', 'centre'),
      }),
      { selector: (shape) => shape.name, maxLength: 4 },
    );
    const unique = shapes.map((list) =>
      list.map(({ was, ...shape }, i) => {
        const taken = list.slice(0, i).some((other) => other.was === was);
        return { ...shape, ...(was !== undefined && !taken && { was }) } as Shape;
      }),
    );
    const any = fc.record({ zones: unique, lines: unique, ignore: unique });
    fc.assert(
      fc.property(fc.constantFrom<string>('', TEXT), any, any, (text, first, second) => {
        let now = text;
        for (const shapes of [first, second]) {
          const drawn: Drawing = { ...shapes, calibration: null };
          now = withDrawing(now, drawn);
          const { zones = {}, lines = {}, ignore = {}, ...others } = (parse(now) ?? {}) as Record<string, unknown>;
          expect(withDefaults({ zones, lines, ignore })).toEqual(withDefaults(sectionsOf(drawn)));
          expect(others).toEqual(text === '' ? {} : { tracking: { lostSeconds: 3 }, live: { eventRate: 2 } });
          for (const comment of text.match(/#.*(what we|measured|more often|the only).*$/gm) ?? [])
            expect(now).toContain(comment);
        }
      }),
      { numRuns: 30 },
    );
  });
});

/** Shapes with what they have by default. */
function withDefaults(sections: Record<string, unknown>) {
  return Object.entries(sections).map(([section, shapes]) => [
    section,
    new Map(
      Object.entries(shapes as object).map(([name, shape]) => [
        name,
        { unit: 'pixels', anchor: section === 'ignore' ? 'centre' : 'feet', ...shape },
      ]),
    ),
  ]);
}
