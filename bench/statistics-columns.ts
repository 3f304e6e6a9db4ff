/** Statistics by name; the values of several sequences are pooled. */
export type Statistics = Map<string, number>;

/** Numbers by name, and what is printed of them. */
export class Columns {
  readonly #values = new Map<string, number[]>();
  readonly #pairs = new Map<string, [number, number][]>();

  add(name: string, value: number): void {
    const values = this.#values.get(name);
    if (values) values.push(value);
    else this.#values.set(name, [value]);
  }

  pair(name: string, a: number, b: number): void {
    const pairs = this.#pairs.get(name);
    if (pairs) pairs.push([a, b]);
    else this.#pairs.set(name, [[a, b]]);
  }

  figures(): Statistics {
    const result: Statistics = new Map();
    const all = this.#values;
    const rows = all.get('found')?.length ?? 1;
    for (const [name, values] of all) {
      const at = (q: number): number => quantile(values, q);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      if (name.startsWith('share visible')) result.set(name, values.length / rows);
      else if (name.startsWith('error')) {
        if (!name.includes('change')) result.set(`${name}, mean`, mean);
        result.set(`${name}, deviation`, (at(0.8413) - at(0.1587)) / 2);
      } else if (/^(height|width|speed|accel|change|gap,)/.test(name)) {
        result.set(`${name}, median`, at(0.5));
        result.set(`${name}, 90 %`, at(0.9));
      } else if (name.startsWith('score'))
        for (const q of [0.1, 0.25, 0.5, 0.75, 0.9]) result.set(`${name}, ${100 * q} %`, at(q));
      else if (name.startsWith('overlap of')) {
        result.set(`${name}, 10 %`, at(0.1));
        result.set(`${name}, median`, at(0.5));
      } else result.set(name, mean);
    }
    for (const [name, pairs] of this.#pairs) result.set(name, correlation(pairs));
    return result;
  }
}

/** Of pairs within three robust deviations. */
function correlation(pairs: readonly (readonly [number, number])[]): number {
  const values = pairs.map(([a]) => a);
  const mid = quantile(values, 0.5);
  const limit = 1.5 * (quantile(values, 0.8413) - quantile(values, 0.1587));
  const kept = pairs.filter((pair) => pair.every((v) => Math.abs(v - mid) < limit));
  const mean = [0, 1].map((k) => kept.reduce((sum, pair) => sum + pair[k], 0) / kept.length);
  let [ab, aa, bb] = [0, 0, 0];
  for (const [a, b] of kept) {
    ab += (a - mean[0]) * (b - mean[1]);
    aa += (a - mean[0]) ** 2;
    bb += (b - mean[1]) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

/** The value below which a share `q` of the values is; 0 of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor(q * sorted.length)] ?? 0;
}
