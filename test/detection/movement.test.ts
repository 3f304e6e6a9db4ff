import { expect, it } from 'vitest';
import { Movement } from '../../src/detection/movement.ts';

const [WIDTH, HEIGHT] = [40, 24]; // 5 × 3 blocks

/** A grey picture with other greys in some blocks. */
function picture(...blocks: readonly (readonly [column: number, row: number, grey: number])[]): Uint8Array {
  const plane = new Uint8Array(WIDTH * HEIGHT).fill(100);
  for (const [column, row, grey] of blocks)
    for (let y = 8 * row; y < 8 * row + 8; y++) plane.fill(grey, y * WIDTH + 8 * column, y * WIDTH + 8 * column + 8);
  return plane;
}

const next = (movement: Movement, plane: Uint8Array) => movement.next(plane, WIDTH, HEIGHT);

it('finds what holds all blocks that have changed', () => {
  const movement = new Movement();
  expect(next(movement, picture())).toEqual({ left: 0, top: 0, width: WIDTH, height: HEIGHT }); // there is nothing to compare with
  expect(next(movement, picture())).toBeUndefined();
  expect(next(movement, picture([3, 0, 106], [1, 1, 90]))).toEqual({ left: 8, top: 0, width: 24, height: 16 });
  expect(next(movement, picture([3, 0, 106], [1, 1, 90]))).toBeUndefined();
  expect(next(movement, picture([1, 1, 90]))).toEqual({ left: 24, top: 0, width: 8, height: 8 }); // it has left
});

it('adds slow changes up until they are seen, or the picture is kept', () => {
  const movement = new Movement();
  next(movement, picture([2, 2, 100]));
  expect(next(movement, picture([2, 2, 104]))).toBeUndefined();
  expect(next(movement, picture([2, 2, 106]))).toEqual({ left: 16, top: 16, width: 8, height: 8 });
  expect(next(movement, picture([2, 2, 110]))).toBeUndefined();
  movement.keep();
  expect(next(movement, picture([2, 2, 115]))).toBeUndefined();
});

it('knows where something has moved until it is to forget', () => {
  const movement = new Movement();
  next(movement, picture());
  next(movement, picture([1, 1, 200]));
  const { places } = movement;
  expect(places.within(0, 0, 9, 9)).toBe(true);
  expect(places.within(0, 0, 8, 8)).toBe(false);
  movement.forget();
  expect(next(movement, picture())).toEqual({ left: 0, top: 0, width: WIDTH, height: HEIGHT });
  expect(movement.places.within(0, 0, WIDTH, HEIGHT)).toBe(false);
  expect(places.within(0, 0, 9, 9)).toBe(true); // what was asked for before stays
});

it('takes a picture of another size for the first', () => {
  const movement = new Movement();
  next(movement, picture());
  expect(movement.next(new Uint8Array(64), 8, 8)).toEqual({ left: 0, top: 0, width: 8, height: 8 });
});
