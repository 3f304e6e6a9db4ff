import { expect, it } from 'vitest';
import { clock, people } from '../../src/core/text.ts';

it('puts counts and times the way people do', () => {
  expect([0, 1, 2].map(people)).toEqual(['0 people', '1 person', '2 people']);
  expect([0, 5.4, 59.6, 61, 3599.4, 3600, 36_061].map(clock)).toEqual([
    '0:00',
    '0:05',
    '1:00',
    '1:01',
    '59:59',
    '1:00:00',
    '10:01:01',
  ]);
});
