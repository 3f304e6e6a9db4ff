import { describe, expect, it } from 'vitest';
import { withRoom } from '../../src/core/columns.ts';

describe('withRoom', () => {
  it.each([Float64Array, Float32Array, Int32Array, Uint8Array])(
    'doubles %o, or more, and keeps what is there',
    (Kind) => {
      const column = Kind.of(1, 2, 3);
      expect(withRoom(column, 3)).toBe(column);
      const four = withRoom(column, 4);
      expect(four).toEqual(Kind.of(1, 2, 3, 0, 0, 0));
      expect(withRoom(four, 100)).toHaveLength(100);
      expect(withRoom(new Kind(0), 1)).toEqual(Kind.of(0));
    },
  );
});
