/**
 * The identity errors of the tracker that cost most on a set of boxes, drawn as pictures: those after which a track is on the wrong person for
 * the most frames.
 *
 *   npm run bench:worst-errors -- NAME=MOT_ROOT/det.txt --out DIR [--count 10] [--model hand-set|FILE]
 *
 * Prints Markdown, and writes DIR/NAME-01.png, …: thin white and grey boxes are the ground truth (dashed where there is no detection),
 * amber ones the detections with their scores, thick ones the tracks online.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { associationParameters, loadAssociation } from '../src/association/model.ts';
import { table } from '../src/learning/association/report.ts';
import { follow } from '../src/learning/follow.ts';
import { drawError } from './error-picture.ts';
import { type IdentityError, identityErrors } from './identity-errors.ts';
import { loadSet } from './sets.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string' }, count: { type: 'string', default: '10' }, model: { type: 'string' } },
});
if (positionals.length !== 1 || values.out === undefined) {
  process.stderr.write(
    'usage: npm run bench:worst-errors -- NAME=MOT_ROOT/det.txt --out DIR [--count 10] [--model hand-set|FILE]\n',
  );
  process.exit(2);
}
const cost = ({ frame, until }: IdentityError): number => until - frame + 1;

const { name: set, sequences } = await loadSet(positionals[0]);
const score = await loadAssociation(values.model ?? associationParameters.parse({}).model);
const found = sequences.flatMap((sequence) => {
  const tracks = follow(sequence.frames, {}, score);
  return identityErrors(sequence, tracks).map((error) => ({ sequence, tracks, error }));
});
found.sort((a, b) => cost(b.error) - cost(a.error));
mkdirSync(values.out, { recursive: true });
const rows: string[][] = [];
for (const [i, { sequence, tracks, error }] of found.slice(0, Number(values.count)).entries()) {
  const file = `${set}-${String(i + 1).padStart(2, '0')}.png`;
  writeFileSync(join(values.out, file), await drawError(sequence, tracks, error));
  const { kind, track, frame, last } = error;
  const numbers = [frame + 1, frame - last - 1, cost(error)].map(String);
  rows.push([file, sequence.name, kind, `${track}`, ...numbers]);
}
const head = ['picture', 'sequence', 'kind', 'track', 'frame', 'gap', 'frames wrong'];
process.stdout.write(`${found.length} lasting identity errors on ${set}\n\n${table(head, rows)}\n`);
