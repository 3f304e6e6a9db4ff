/**
 * Measures trackers of Python (bench/python/peers.py, which says how to install them) on the same boxes as bench:association and writes their
 * figures into bench/peers.json, in place of what it holds for the same peers.
 *
 *   npm run bench:peers -- PYTHON NAME=MOT_ROOT/det.txt … [--results DIR]
 *
 * They get the scores as twintrack takes them, which differ from the file's only where the file's are not within 0..1. With --results their
 * tracks stay in DIR/NAME/PEER/SEQ.txt, and peers that are already there are not run again.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { combine, evaluateSequence, figures, readResults } from '../src/evaluation/index.ts';
import { type BoxSet, loadSet } from './sets.ts';

export interface Peer {
  readonly name: string;
  /** Package and version, or where the figures are from. */
  readonly version: string;
  readonly HOTA: number;
  readonly DetA?: number;
  readonly AssA?: number;
  readonly MOTA: number;
  readonly IDF1: number;
  readonly IDSW: number;
  /** CPU milliseconds a frame of the tracker alone. */
  readonly ms?: number;
}

const FIGURES = ['HOTA', 'DetA', 'AssA', 'MOTA', 'IDF1', 'IDSW'] as const;
const FILE = new URL('peers.json', import.meta.url);

const { positionals, values } = parseArgs({ allowPositionals: true, options: { results: { type: 'string' } } });
const [python, ...texts] = positionals;
if (texts.length === 0) {
  process.stderr.write('usage: npm run bench:peers -- PYTHON NAME=MOT_ROOT/det.txt … [--results DIR]\n');
  process.exit(2);
}
const results = values.results ?? mkdtempSync(join(tmpdir(), 'twintrack-peers-'));
for (const text of texts) {
  const set = await loadSet(text);
  const out = join(results, set.name);
  const boxes = writeRoot(set);
  try {
    execFileSync(python, ['bench/python/peers.py', boxes, 'det.txt', out]);
  } finally {
    rmSync(boxes, { recursive: true });
  }
  const measured: Peer[] = [];
  for (const peer of readdirSync(out).sort()) measured.push(await score(set, join(out, peer)));
  const known = JSON.parse(readFileSync(FILE, 'utf8'));
  const others = (known.sets[set.name] ?? []).filter(({ name }: Peer) => !measured.some((peer) => peer.name === name));
  known.sets[set.name] = [...measured, ...others].sort((a, b) => b.HOTA - a.HOTA);
  writeFileSync(FILE, `${JSON.stringify(known, undefined, 2)}\n`);
  process.stderr.write(`${set.name}: ${measured.length} peers\n`);
}

/** A MOT root for Python with the boxes of a set. */
function writeRoot({ sequences, folders }: BoxSet): string {
  const folder = mkdtempSync(join(tmpdir(), 'twintrack-boxes-'));
  sequences.forEach(({ name, frames }, i) => {
    mkdirSync(join(folder, name));
    copyFileSync(join(folders[i], 'seqinfo.ini'), join(folder, name, 'seqinfo.ini'));
    const lines = frames.flatMap(({ detections: { boxes, scores } }, f) =>
      Array.from(scores, (value, k) => `${f + 1},-1,${boxes.subarray(4 * k, 4 * k + 4).join(',')},${value}\n`),
    );
    writeFileSync(join(folder, name, 'det.txt'), lines.join(''));
  });
  return folder;
}

async function score({ sequences }: BoxSet, folder: string): Promise<Peer> {
  const { name, version, ms } = JSON.parse(readFileSync(join(folder, 'peer.json'), 'utf8'));
  const scores = [];
  for (const sequence of sequences)
    scores.push(evaluateSequence(sequence.truth, await readResults(join(folder, `${sequence.name}.txt`))));
  const of = figures(combine(scores));
  const rounded = FIGURES.map((figure) => [figure, Number(of[figure]!.toFixed(figure === 'IDSW' ? 0 : 1))] as const);
  return {
    name,
    version,
    ...(Object.fromEntries(rounded) as Omit<Peer, 'name' | 'version'>),
    ms: Number(ms.toFixed(2)),
  };
}
