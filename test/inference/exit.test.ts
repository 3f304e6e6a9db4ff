import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { writeFile } from '../detection/graphs.ts';

const library = pathToFileURL(join(import.meta.dirname, '../../dist/inference/session.js')).href;
const model = join(import.meta.dirname, '../../models/rtmdet-nano-person.onnx');

/** A program that keeps a network busy and then ends in some way; it prints how many pictures were answered. */
const script = (end: string) =>
  writeFile(
    'host.mjs',
    `
import { Inference } from ${JSON.stringify(library)};
let answered = 0;
process.on('exit', () => console.log(answered));
const network = await Inference.load(${JSON.stringify(model)}, 2, 1);
const [means] = network.inputs.filter(({ name }) => name === 'means');
const format = { name: 'picture', type: 'uint8', order: 'rgb', context: { given: 'means', whole: 'whole', length: means.shape[1] } };
const picture = () => network.run(new Uint8Array(3 * 480 * 320), 480, 320, format).then(() => answered++);
const busy = async () => {
  for (;;) await picture();
};
for (let i = 0; i < 4; i++) busy().catch(() => {});
await picture();
${end}
`,
  );

/** Exit code, signal and output of each of some runs: a fault in another thread does not show in every one. */
function runs(end: string) {
  const file = script(end);
  return Array.from({ length: 6 }, () => {
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    return { status, signal, answered: Number(stdout) > 0, stderr };
  });
}

describe('a program that ends while a network runs', () => {
  it('has the exit code that it gives', () => {
    const all = runs('setTimeout(() => process.exit(3), 50);');
    expect(all).toEqual(all.map(() => ({ status: 3, signal: null, answered: true, stderr: '' })));
  });

  it('says which error it ends with', () => {
    const all = runs(`setTimeout(() => { throw new Error('of the host'); }, 50);`);
    for (const { status, signal, stderr } of all) {
      expect({ status, signal }).toEqual({ status: 1, signal: null });
      expect(stderr).toContain('Error: of the host');
      expect(stderr).not.toContain('Napi');
    }
  });

  it('ends while a network is loaded', () => {
    const file = writeFile(
      'loading.mjs',
      `import { Inference } from ${JSON.stringify(library)};
Inference.load(${JSON.stringify(model)}, 2, 1).catch(() => {});
setTimeout(() => process.exit(3), Number(process.argv[2]));`,
    );
    for (let wait = 20; wait <= 300; wait += 40) {
      const { status, signal, stderr } = spawnSync(process.execPath, [file, String(wait)], { encoding: 'utf8' });
      expect({ status, signal, stderr }).toEqual({ status: 3, signal: null, stderr: '' });
    }
  });
});
