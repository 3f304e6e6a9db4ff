import { expect, it } from 'vitest';
import { i420Layout } from '../../src/video/i420.ts';

it('lays out an I420 picture, also of an odd size', () => {
  expect(i420Layout(640, 480)).toEqual({ chromaWidth: 320, chromaHeight: 240, u: 307_200, v: 384_000, bytes: 460_800 });
  expect(i420Layout(5, 3)).toEqual({ chromaWidth: 3, chromaHeight: 2, u: 15, v: 21, bytes: 27 });
});
