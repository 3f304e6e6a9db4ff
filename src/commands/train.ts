import type { Command } from 'commander';
import { trainAssociationCommand } from './train-association.ts';
import { trainSiameseCommand } from './train-siamese.ts';

/** Registers `twintrack train` with what can be trained. */
export function trainCommand(program: Command): void {
  const train = program
    .command('train')
    .summary('train the association score or the Siamese CNN on your own data')
    .description('Trains the association score or the Siamese CNN on your own sequences and pictures.');
  trainAssociationCommand(train);
  trainSiameseCommand(train);
}
