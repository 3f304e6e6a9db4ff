import { type Command, Option } from 'commander';
import type { Cameras } from '../appearance/calibration.ts';
import { setOption } from './options.ts';

/** `--cameras`, as `similarity` and `search` take it. */
export function camerasOption(description: string): Option {
  return new Option('--cameras <n>', `${description} (default: either)`).choices(['one', 'two']);
}

/** The verdict on a comparison, in words. */
export const VERDICTS = { same: 'the same person', unsure: 'unsure', different: 'different people' } as const;

interface SimilarityOptions {
  readonly set: string[];
  readonly cameras?: Cameras;
  readonly json?: boolean;
}

/** Registers `twintrack similarity`. */
export function similarityCommand(program: Command): void {
  program
    .command('similarity')
    .summary('compare two pictures: do they show the same person?')
    .description(
      'Compares two pictures of one person each with the Siamese network. Prints the probability, from 0 to 1, that they show the same person, ' +
        'if that is as likely as not before you look. From 0.8 on it says "the same person", up to 0.2 "different people", between them "unsure".\n' +
        'The pictures may be of any size; each should show one person from head to feet and little else.',
    )
    .argument('<a>', 'picture of a person')
    .argument('<b>', 'another one')
    .addOption(camerasOption('whether one camera made both pictures, or two: in one, different people are more alike'))
    .addOption(setOption())
    .option('--json', 'print one JSON object instead of a line')
    .addHelpText(
      'after',
      `
Examples:
  twintrack similarity guest.jpg gate.png
  twintrack similarity a.jpg b.jpg --cameras one        two pictures of one camera
  twintrack similarity a.jpg b.jpg --set appearance.model=my-model`,
    )
    .action(async (a: string, b: string, { set, cameras, json }: SimilarityOptions) => {
      const { loadParameters } = await import('../engine/configuration.ts');
      const { readPatch } = await import('../appearance/picture.ts');
      const { loadSiamese } = await import('../appearance/siamese.ts');
      const { meanLogOdds, sameProbability, verdictOf } = await import('../appearance/calibration.ts');
      const { appearance } = await loadParameters(undefined, set);
      const patches = [await readPatch(a), await readPatch(b)];
      const model = await loadSiamese(appearance.model);
      try {
        const [first, second] = [await model.embed(patches[0]), await model.embed(patches[1])];
        const similarity = sameProbability(model.calibration, meanLogOdds(model, first, second), { cameras });
        const verdict = verdictOf(similarity);
        if (json) process.stdout.write(`${JSON.stringify({ a, b, similarity, verdict })}\n`);
        else process.stdout.write(`${similarity.toFixed(3)}  ${VERDICTS[verdict]}\n`);
      } finally {
        await model.close();
      }
    });
}
