import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, test, vi } from 'vitest';
import { sizeOfArea } from '../../src/detection/detector.ts';
import { loadDetector } from '../../src/detection/index.ts';
import { Inference } from '../../src/inference/session.ts';
import { constantNetwork, findIn, imageInput, plainFrame, writeFile, writeGraph } from './graphs.ts';

/** A YOLO of 32 × 32 that always gives one box, with the mean of the first plane it is fed as its score. */
function brightnessNetwork(): string {
  return writeGraph({
    inputs: [imageInput(32, 32)],
    outputs: [{ name: 'output0', type: 'float32', dims: [1, 1, 6] }],
    initializers: [
      { name: 'first', type: 'float32', dims: [1, 3, 1, 1], data: Float32Array.of(1, 0, 0) },
      { name: 'box', type: 'float32', dims: [1, 1, 4], data: Float32Array.of(4, 6, 20, 30) },
      { name: 'person', type: 'float32', dims: [1, 1, 1], data: Float32Array.of(0) },
      { name: 'shape', type: 'int64', dims: [3], data: BigInt64Array.of(1n, 1n, 1n) },
    ],
    nodes: [
      { op: 'Conv', inputs: ['images', 'first'], outputs: ['plane'] },
      { op: 'GlobalAveragePool', inputs: ['plane'], outputs: ['mean'] },
      { op: 'Reshape', inputs: ['mean', 'shape'], outputs: ['score'] },
      { op: 'Concat', inputs: ['box', 'score', 'person'], outputs: ['output0'], attributes: { axis: { int: 2 } } },
    ],
  });
}

describe('a detector', () => {
  test('answers each of many frames at once with its own result, on several threads', async () => {
    const file = brightnessNetwork();
    for (const parallel of ['frames', 'operators'] as const) {
      const detector = await loadDetector(file, { cores: 2, parallel, calibration: 'off' });
      const results = await Promise.all(
        Array.from({ length: 40 }, (_, i) => detector.detect(plainFrame(detector, 32, 32, [50 + 5 * i, 0, 255]))),
      );
      await detector.close();
      results.forEach(({ scores }, i) => {
        expect(scores[0]).toBeCloseTo((50 + 5 * i) / 255, 5);
      });
    }
  });

  test('says how it was made', async () => {
    const detector = await loadDetector('rtmdet-nano', { cores: 1 });
    expect(detector).toMatchObject({ name: 'rtmdet-nano', family: 'RTMDet' });
    expect(detector.file).toMatch(/models.rtmdet-nano-person\.onnx$/);
    expect(detector.sha256).toMatch(/^[0-9a-f]{64}$/);
    await detector.close();
  });

  test('rejects frames once closed, and those under way', async () => {
    const detector = await loadDetector('rtmdet-nano', { cores: 1 });
    const frame = plainFrame(detector, 640, 480);
    const underWay = detector.detect(frame).catch((error: Error) => error.message);
    await detector.close();
    expect(await underWay).toMatch(/rtmdet-nano-person\.onnx: the detector is closed$/);
    await expect(detector.detect(plainFrame(detector, 640, 480))).rejects.toThrow('the detector is closed');
    await detector.close();
  });

  test('refuses a frame whose input has another size', async () => {
    const detector = await loadDetector('rtmdet-nano', { cores: 1 });
    await expect(detector.detect({ index: 7, time: 0, width: 640, height: 480 })).rejects.toThrow(
      /frame 7: input has no/,
    );
    await detector.close();
  });

  test('does not take the memory of a frame that is part of a larger buffer', async () => {
    const detector = await loadDetector(brightnessNetwork(), { cores: 1, calibration: 'off' });
    const buffer = new Uint8Array(3 * 32 * 32 + 1).fill(51);
    const frame = { index: 0, time: 0, width: 32, height: 32, input: buffer.subarray(1) };
    const { scores } = await detector.detect(frame);
    expect(scores[0]).toBeCloseTo(0.2, 5);
    expect(buffer.length).toBe(3 * 32 * 32 + 1);
    await detector.close();
  });

  test('keeps the aspect of the picture and about the area asked for', () => {
    expect(sizeOfArea(768, 576, 307_200)).toEqual({ width: 640, height: 480 });
    expect(sizeOfArea(1920, 1080, 307_200)).toEqual({ width: 736, height: 416 });
    expect(sizeOfArea(1080, 1920, 307_200)).toEqual({ width: 416, height: 736 });
    expect(sizeOfArea(10_000, 1, 307_200)).toEqual({ width: 1568, height: 192 });
    expect(sizeOfArea(1, 1, 1024)).toEqual({ width: 32, height: 32 });
  });

  test('drops what is below minScore and what overlaps a better one', async () => {
    const dets = Float32Array.of(0, 0, 10, 10, 0.8, 0, 1, 10, 10, 0.9, 20, 20, 30, 30, 0.3);
    const file = constantNetwork(
      [imageInput(32, 32)],
      [
        { name: 'dets', dims: [1, 3, 5], data: dets },
        { name: 'labels', dims: [1, 3], data: BigInt64Array.of(0n, 0n, 0n) },
      ],
    );
    const scores = async (options: object) =>
      (await findIn(file, 32, 32, options)).rows.map((row) => row[4].toFixed(1));
    expect(await scores({})).toEqual(['0.9', '0.3']);
    expect(await scores({ nmsIou: 0.95 })).toEqual(['0.9', '0.8', '0.3']);
    expect(await scores({ minScore: 0.5 })).toEqual(['0.9']);
  });
});

describe('a file that is no detector is refused in one line', () => {
  const failure = async (file: string, options = {}) => {
    const error = await loadDetector(file, { cores: 1, ...options }).then(
      () => new Error('loaded'),
      (error: Error) => error,
    );
    expect(error.name).toBe('TwintrackError');
    expect(error.message).not.toContain('\n');
    return error.message;
  };

  test('nothing there', async () => {
    expect(await failure('nowhere.onnx')).toMatch(/^nowhere\.onnx: no such detector or file; .*rtmdet-nano/);
  });
  test('a folder', async () => {
    const folder = join(writeFile('x', ''), '..', 'folder.onnx');
    mkdirSync(folder);
    expect(await failure(folder)).toMatch(/folder\.onnx: a folder, not an ONNX file; /);
  });
  test.each([
    ['text', 'hello'],
    ['empty', ''],
    ['binary', Uint8Array.from({ length: 1000 }, (_, i) => (i * 7919) % 256)],
  ])('%s', async (name, content) => {
    expect(await failure(writeFile(`${name}.onnx`, content))).toMatch(/\.onnx: not an ONNX model; give the ONNX file/);
  });
  test('an operator that does not exist', async () => {
    const file = writeGraph({
      inputs: [imageInput(32, 32)],
      outputs: [{ name: 'y', type: 'float32', dims: [1] }],
      initializers: [],
      nodes: [{ op: 'Frobnicate', inputs: ['images'], outputs: ['y'] }],
    });
    expect(await failure(file)).toMatch(/cannot be loaded as an ONNX model: .*Frobnicate/);
  });
  test('a network of another kind: says what it has and what is known', async () => {
    const embedding = { name: 'embedding', dims: [1, 8], data: new Float32Array(8) };
    const message = await failure(constantNetwork([imageInput(64, 128, 'person')], [embedding]));
    expect(message).toMatch(
      /takes person float32 \[1, 3, 128, 64\] and gives embedding float32 \[1, 8\]; known are CenterNet/,
    );
    for (const family of ['NanoDet', 'YOLOX', 'YOLO', 'RTMDet', 'DETR', 'FastestDet'])
      expect(message).toContain(family);
  });
  test('an input size that the network does not have, or that is no multiple of 32', async () => {
    expect(await failure(brightnessNetwork(), { inputSize: { width: 64, height: 64 } })).toMatch(
      /size is 32×32, not 64×64/,
    );
    expect(await failure('rtmdet-nano', { inputSize: { width: 640, height: 360 } })).toMatch(/multiples of 32/);
  });
});

describe('inference threads', () => {
  test('a thread that dies takes its frames along, with a reason, and not the others', async () => {
    const post = vi.spyOn(Worker.prototype, 'postMessage');
    const detector = await loadDetector('rtmdet-nano', { cores: 2 });
    await detector.detect(plainFrame(detector, 640, 480));
    (post.mock.contexts[0] as Worker).postMessage(null); // which it does not expect
    const frames = [0, 1, 2, 3].map(() => detector.detect(plainFrame(detector, 640, 480)));
    const results = await Promise.allSettled(frames);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
    expect((results[0] as PromiseRejectedResult).reason).toMatchObject({
      name: 'TwintrackError',
      message: expect.stringMatching(/rtmdet-nano-person\.onnx: inference has stopped: .*null/),
    });
    await expect(detector.detect(plainFrame(detector, 640, 480))).rejects.toThrow('inference has stopped');
    await detector.close();
    post.mockRestore();
  });

  test('none is left after close, nor after a file that is no detector', async () => {
    const post = vi.spyOn(Worker.prototype, 'postMessage');
    const detector = await loadDetector('rtmdet-nano', { cores: 2 });
    const frames = [0, 1, 2, 3].map(() => detector.detect(plainFrame(detector, 640, 480)));
    await Promise.all([detector.close(), Promise.allSettled(frames)]);
    await expect(loadDetector(writeFile('no.onnx', 'no'), { cores: 2 })).rejects.toThrow('not an ONNX model');
    const workers = new Set(post.mock.contexts as Worker[]);
    expect(workers.size).toBe(4);
    // A worker has the thread id -1 when its thread is gone.
    for (const worker of workers) expect(worker.threadId).toBe(-1);
    post.mockRestore();
  });

  test('a failing run is reported and the thread goes on', async () => {
    const inference = await Inference.load(brightnessNetwork(), 1, 1);
    const format = { name: 'images', type: 'float32', order: 'rgb', mean: [0, 0, 0], std: [1, 1, 1] } as const;
    await expect(inference.run(new Uint8Array(3 * 64), 8, 8, format)).rejects.toThrow(/inference failed: .*images/);
    const { outputs } = await inference.run(new Uint8Array(3 * 32 * 32), 32, 32, format);
    expect(outputs.output0.dims).toEqual([1, 1, 6]);
    await inference.close();
  });

  test('what is fed: order, mean and std of the planes', async () => {
    // The network gives back the mean of the first plane it is fed as the score.
    const inference = await Inference.load(brightnessNetwork(), 1, 1);
    const pixels = () => Uint8Array.from({ length: 3 * 32 * 32 }, (_, i) => [10, 20, 40][Math.floor(i / 1024)]);
    const score = async (order: 'rgb' | 'bgr') => {
      const format = { name: 'images', type: 'float32', order, mean: [4, 0, 0], std: [2, 1, 1] } as const;
      return (await inference.run(pixels(), 32, 32, format)).outputs.output0.data[4];
    };
    expect(await score('rgb')).toBeCloseTo(3, 5);
    expect(await score('bgr')).toBeCloseTo(18, 5);
    await inference.close();
  });
});
