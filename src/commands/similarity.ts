import type { Command } from 'commander';
import { setOption } from './options.ts';

/** Registers `twintrack similarity`. */
export function similarityCommand(program: Command): void {
  program
    .command('similarity')
    .summary('compare two pictures: do they show the same person?')
    .description(
      'Compares two pictures of one person each with the Siamese network. Prints a similarity from 0 to 1: 0.5 or more means the same person.\n' +
        'The pictures may be of any size; each should show one person from head to feet and little else.',
    )
    .argument('<a>', 'picture of a person')
    .argument('<b>', 'another one')
    .addOption(setOption())
    .option('--json', 'print one JSON object instead of a line')
    .addHelpText(
      'after',
      `
Examples:
  twintrack similarity guest.jpg gate.png
  twintrack similarity a.jpg b.jpg --set appearance.model=my-model`,
    )
    .action(async (a: string, b: string, options: { set: string[]; json?: boolean }) => {
      const { loadParameters } = await import('../engine/configuration.ts');
      const { readPatch } = await import('../appearance/picture.ts');
      const { loadSiamese } = await import('../appearance/siamese.ts');
      const { appearance } = await loadParameters(undefined, options.set);
      const patches = [await readPatch(a), await readPatch(b)];
      const model = await loadSiamese(appearance.model);
      try {
        const embeddings = await model.embed(Buffer.concat(patches));
        const similarity = model.similarity(embeddings, 0, embeddings, 1);
        const same = similarity >= 0.5;
        if (options.json) process.stdout.write(`${JSON.stringify({ a, b, similarity, same })}\n`);
        else process.stdout.write(`${similarity.toFixed(3)}  ${same ? 'the same person' : 'different people'}\n`);
      } finally {
        await model.close();
      }
    });
}
