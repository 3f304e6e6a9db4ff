import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { FEATURE_COUNT } from '../../association/features.ts';
import { inputError } from '../../core/errors.ts';
import { readError } from '../../files/file-errors.ts';
import type { Examples } from './boosting.ts';

/** Pairs with a similarity to learn the association from: of sequences that have ground truth without pictures, and of anything else. */
export interface AppearanceExamples {
  /** By name of the sequence. */
  readonly sequences: ReadonlyMap<string, Examples>;
  readonly others: Examples;
}

const SCHEMA = 'twintrack/appearance-examples';
const EXAMPLES = z
  .object({ features: z.array(z.number().nullable()), labels: z.array(z.union([z.literal(0), z.literal(1)])) })
  .refine(({ features, labels }) => features.length === labels.length * FEATURE_COUNT, 'features of another version');
const FILE = z.object({
  schema: z.literal(SCHEMA).optional(), // the first files had none
  version: z.literal(1).optional(),
  sequences: z.record(z.string(), EXAMPLES),
  others: EXAMPLES,
});

/** The examples as the text of a JSON file: six digits a number, null where it is missing. */
export function toAppearanceFile({ sequences, others }: AppearanceExamples): string {
  const plain = ({ features, labels }: Examples) => ({
    features: Array.from(features, (x) => (Number.isNaN(x) ? null : Number(x.toPrecision(6)))),
    labels: [...labels],
  });
  const named = Object.fromEntries([...sequences].map(([name, examples]) => [name, plain(examples)]));
  return JSON.stringify({ schema: SCHEMA, version: 1, sequences: named, others: plain(others) });
}

/**
 * Reads the file of `scripts/association-appearance.ts`.
 *
 * @throws TwintrackError when the file cannot be read or is something else
 */
export async function readAppearanceExamples(file: string): Promise<AppearanceExamples> {
  const fix = 'make one with scripts/association-appearance.ts';
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw readError(file, cause, fix);
  });
  try {
    const { sequences, others } = FILE.parse(JSON.parse(text));
    return {
      sequences: new Map(Object.entries(sequences).map(([k, v]) => [k, examplesOf(v)])),
      others: examplesOf(others),
    };
  } catch (cause) {
    throw inputError(file, 'holds no pairs with a similarity', fix, cause);
  }
}

function examplesOf({ features, labels }: z.infer<typeof EXAMPLES>): Examples {
  return {
    length: labels.length,
    features: Float64Array.from(features, (x) => x ?? Number.NaN),
    labels: Uint8Array.from(labels),
  };
}
