import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FEATURES, PairFeatures } from '../../src/association/features.ts';
import { type BoostedModel, type BoostedTree, BoostedTrees } from '../../src/association/scores/boosted.ts';
import { learnedScore } from '../../src/association/scores/learned.ts';

const D = 3;
const threshold = fc.integer({ min: -4, max: 4 });

/** A tree as it grows, before it is laid out in columns. */
type Node = { value: number } | { feature: number; value: number; missing: 0 | 1; left: Node; right: Node };

const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    fc.record({ value: fc.double({ min: -2, max: 2, noNaN: true }) }),
    fc.record({
      feature: fc.nat(D - 1),
      value: threshold,
      missing: fc.constantFrom(0 as const, 1 as const),
      left: tie('node'),
      right: tie('node'),
    }),
  ),
}));

/** Lays a tree out breadth first: the children of a node side by side. */
function columns(root: Node): BoostedTree {
  const nodes = [root];
  const tree = { feature: [] as number[], value: [] as number[], left: [] as number[], missing: [] as (0 | 1)[] };
  for (let k = 0; k < nodes.length; k++) {
    const n = nodes[k];
    const inner = 'left' in n;
    tree.feature.push(inner ? n.feature : -1);
    tree.value.push(n.value);
    tree.missing.push(inner ? n.missing : 0);
    tree.left.push(inner ? nodes.length : 0);
    if (inner) nodes.push(n.left, n.right);
  }
  return tree;
}

function walk(n: Node, row: readonly number[]): number {
  if (!('left' in n)) return n.value;
  const x = row[n.feature];
  if (Number.isNaN(x)) return walk(n.missing === 1 ? n.left : n.right, row);
  return walk(x < n.value ? n.left : n.right, row);
}

const row = fc.array(fc.oneof(threshold, fc.double({ min: -5, max: 5, noNaN: true }), fc.constant(Number.NaN)), {
  minLength: D,
  maxLength: D,
});

describe('boosted trees', () => {
  it('give the sum of the leaves that a walk down each tree reaches', () => {
    fc.assert(
      fc.property(
        fc.array(node, { maxLength: 6 }),
        fc.array(row, { minLength: 1, maxLength: 5 }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        (roots, rows, base) => {
          const trees = new BoostedTrees({ features: ['a', 'b', 'c'], base, trees: roots.map(columns) });
          const values = Float64Array.from(rows.flat());
          // One place more than rows: it is to be left alone.
          const out = new Float64Array(rows.length + 1).fill(7);
          trees.logOdds(values, D, rows.length, out);
          rows.forEach((r, i) => {
            const expected = roots.reduce((sum, root) => sum + walk(root, r), base);
            expect(out[i]).toBeCloseTo(expected, 12);
          });
          expect(out[rows.length]).toBe(7);
        },
      ),
    );
  });
});

describe('the learned score', () => {
  it('refuses a model of other features in one line', () => {
    const model: BoostedModel = { features: [...FEATURES].reverse(), base: 0, trees: [] };
    expect(() => learnedScore(model)).toThrow(/^association model: trained on other features[^\n]*train it again$/);
  });

  it('gives probabilities, and only to the pairs there are', () => {
    const pairs = new PairFeatures();
    pairs.length = 2;
    pairs.values.fill(Number.NaN);
    const out = new Float64Array(3).fill(-1);
    learnedScore({ features: FEATURES, base: Math.log(3), trees: [] }).score(pairs, out);
    expect(out[0]).toBeCloseTo(0.75, 12);
    expect([...out.subarray(1)]).toEqual([out[0], -1]);
  });
});
