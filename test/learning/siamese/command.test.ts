import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, namesIn, readJson, start, twintrack } from '../../commands/cli.ts';
import { drawPedestrians } from './pedestrians.ts';

const FILES = ['siamese-embedding.onnx', 'siamese-head.onnx', 'siamese.json', 'siamese.svg'];

let folder: string;
let people: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'train-siamese-'));
  people = join(folder, 'people');
  drawPedestrians(people, 6, 3);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('twintrack train siamese', { timeout: 180_000 }, () => {
  it('says what it learns on and how fast, ends in order on Ctrl-C, and goes on with --resume', async () => {
    const out = join(folder, 'new', 'model');
    const child = start(['train', 'siamese', people, '--out', out, '--epochs', '500', '--json']);
    await child.said('epoch 2/500');
    process.kill(child.pid, 'SIGINT');
    const { status, stdout, stderr } = await child.ended;
    expect(status).toBe(130);
    expect(stderr).toMatch(
      /^learning on \w+.*\n12 pictures of 4 people to learn from, 6 of 2 others held out\n(?:epoch .*\n)?\d+ patches\/s: about [\d.]+ (?:min|h) for 500 epochs\n/,
    );
    expect(stderr).toMatch(/\nepoch 1\/500: loss [\d.]+, AUC [\d.]+, rank-1 [\d.]+, mAP [\d.]+, the best so far\n/);
    expect(stderr).toMatch(/\ninterrupted after epoch \d+ of 500; --resume continues it\n$/);
    const { epochs } = JSON.parse(stdout).course;
    expect(namesIn(out)).toEqual([
      'siamese-embedding.onnx',
      'siamese-head.onnx',
      'siamese.checkpoint',
      'siamese.json',
      'siamese.svg',
    ]);
    expect(readJson(join(out, 'siamese.json')).epochs).toHaveLength(epochs.length);

    const again = start(['train', 'siamese', people, '--out', out, '--epochs', '500', '--resume']);
    await again.said(`epoch ${epochs.length + 1}/500`);
    process.kill(again.pid, 'SIGTERM');
    const resumed = await again.ended;
    expect([resumed.status, resumed.stderr]).toEqual([130, expect.not.stringContaining('epoch 1/500')]);
  });

  it('ends with the model alone in its folder', async () => {
    const out = join(folder, 'done');
    const run = await twintrack(['train', 'siamese', people, '--out', out, '--epochs', '1', '--loss', 'triplet']);
    expect([run.status, run.stdout]).toEqual([0, '']);
    expect(namesIn(out)).toEqual(FILES);
    expect(readJson(join(out, 'siamese.json'))).toMatchObject({ loss: 'triplet', data: { people: 4, pictures: 12 } });
  });

  it('says in one line what is wrong', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const out = join(folder, 'never');
    expect(await twintrack(['train', 'siamese', empty, '--out', out])).toEqual(
      failure(`${empty}: holds no picture (.jpg, .png, .bmp, .webp, .tif); name a video or a folder of pictures`),
    );
    const single = join(folder, 'single');
    drawPedestrians(single, 3, 1);
    expect(await twintrack(['train', 'siamese', single, '--out', out])).toEqual(
      failure(
        `${single}: has one picture only of each person: no pair shows one person; learning needs two or more pictures each of four people or more`,
      ),
    );
    expect(await twintrack(['train', 'siamese', people, '--out', out, '--loss', 'hinge'])).toMatchObject({ status: 2 });
    expect(existsSync(out)).toBe(false);
  });

  it('says what to install when nothing to train on is installed', async () => {
    const plain = join(folder, 'plain');
    mkdirSync(join(plain, 'node_modules'), { recursive: true });
    cpSync('dist', join(plain, 'dist'), { recursive: true });
    cpSync('package.json', join(plain, 'package.json'));
    for (const name of Object.keys(readJson('package.json').dependencies)) {
      mkdirSync(join(plain, 'node_modules', name, '..'), { recursive: true });
      symlinkSync(resolve('node_modules', name), join(plain, 'node_modules', name));
    }
    const args = [join(plain, 'dist/cli.js'), 'train', 'siamese', people, '--out', join(folder, 'never')];
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const run = { status, signal, stdout, stderr };
    expect(run).toEqual(
      failure(
        'TensorFlow.js: is needed for training and not installed; npm install @tensorflow/tfjs-core @tensorflow/tfjs-layers ' +
          '@tensorflow/tfjs-backend-wasm, or @tensorflow/tfjs-node, which is several times faster',
      ),
    );
  });
});

describe('twintrack adapt', () => {
  it('says in one line what is wrong', async () => {
    const out = join(folder, 'never');
    expect(await twintrack(['adapt', join(folder, 'gone.mp4'), '--out', out])).toEqual(
      failure(`${join(folder, 'gone.mp4')}: does not exist; check the path`),
    );
    expect(await twintrack(['adapt', 'a.mp4'])).toMatchObject({ status: 2 });
    expect(existsSync(out)).toBe(false);
  });
});
