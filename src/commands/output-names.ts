import { resolveInput } from '../video/input.ts';

/**
 * What the names of the outputs of each input begin with: no two are the same, also where the file system takes capitals for small letters.
 * An input that cannot be read has none.
 */
export function outputNames(inputs: readonly string[]): (string | undefined)[] {
  const taken = new Set<string>();
  return inputs.map((input) => {
    const stem = stemOf(input);
    if (stem === undefined) return undefined;
    let name = stem;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${stem}-${n}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

function stemOf(input: string): string | undefined {
  if (input === '-') return 'stdin';
  try {
    const { name, dispose } = resolveInput(input);
    dispose();
    return name;
  } catch {
    return undefined; // the reason comes where it is tracked
  }
}
