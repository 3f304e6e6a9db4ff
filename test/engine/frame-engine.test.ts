import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { IgnoreFilter, resolveAreas } from '../../src/analytics/index.ts';
import { Annotator } from '../../src/annotation/index.ts';
import { EmbeddingStage } from '../../src/appearance/embedding-stage.ts';
import { loadSiamese } from '../../src/appearance/siamese.ts';
import { handSetScore } from '../../src/association/scores/hand-set.ts';
import { StageClock } from '../../src/core/stage-clock.ts';
import type { TrackedFrame } from '../../src/core/tracked-frame.ts';
import { type Detections, type Detector, loadDetector, NO_DETECTIONS } from '../../src/detection/index.ts';
import { Drawing } from '../../src/engine/drawing.ts';
import { FrameEngine } from '../../src/engine/frame-engine.ts';
import { runOnline } from '../../src/engine/online-run.ts';
import { possiblePeople, type RunStages } from '../../src/engine/run.ts';
import { Tracker } from '../../src/tracking/index.ts';
import type { TrajectorySink } from '../../src/trajectories/index.ts';
import type { Frame } from '../../src/video/index.ts';
import { writeColourModel } from '../appearance/colour-model.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const WIDTH = 64;
const HEIGHT = 48;

/** Frames at 10 per second, each with a picture; then the error, if there is one. */
async function* framesOf(count: number, error?: Error): AsyncGenerator<Frame> {
  for (let index = 0; index < count; index++) {
    yield { index, time: index / 10, width: WIDTH, height: HEIGHT, pixels: new Uint8Array((WIDTH * HEIGHT * 3) / 2) };
  }
  if (error) throw error;
}

/** Rows of x, y, w, h, score. */
function detections(...rows: readonly (readonly number[])[]): Detections {
  return {
    length: rows.length,
    boxes: Float64Array.from(rows.flatMap((row) => row.slice(0, 4))),
    scores: Float32Array.from(rows, (row) => row[4]),
  };
}

/** Finds the same people in every frame, after a while of its own for each. */
function finder(
  found: Detections,
  fails: (frame: Frame) => boolean = () => false,
): Detector & { under: number; most: number } {
  return {
    name: 'test',
    under: 0,
    most: 0,
    letterbox: () => undefined,
    async detect(frame) {
      this.most = Math.max(this.most, ++this.under);
      await new Promise((resolve) => setTimeout(resolve, (frame.index * 7) % 5));
      this.under--;
      if (fails(frame)) throw new Error(`no inference for frame ${frame.index}`);
      return found;
    },
    close: async () => {},
  };
}

/** Keeps what it is given; fails at the frame of the given number. */
function memory(failsAt = Number.POSITIVE_INFINITY): TrajectorySink & { frames: TrackedFrame[]; ended: number[] } {
  const frames: TrackedFrame[] = [];
  const ended: number[] = [];
  return {
    frames,
    ended,
    write(frame) {
      if (frame.index >= failsAt) throw new Error('the disk is full');
      frames.push(frame);
    },
    end: (id) => void ended.push(id),
    close: async () => {},
    abort: async () => {},
  };
}

const PERSON = detections([20, 10, 10, 30, 0.9]);

function run({
  detector = finder(PERSON),
  appearance,
  ...stages
}: Partial<RunStages> & { detector?: Detector; appearance?: EmbeddingStage }) {
  return runOnline({
    frames: framesOf(20),
    engine: new FrameEngine(new Tracker({ association: handSetScore }), detector, { embedding: appearance }),
    ahead: 3,
    sinks: [],
    clock: new StageClock(),
    ...stages,
  });
}

it('possiblePeople has those in ignore areas: a mirror shows people', () => {
  const tracker = new Tracker({ association: handSetScore });
  const filter = new IgnoreFilter({
    zones: [],
    lines: [],
    ignore: [{ name: 'mirror', outline: Float64Array.of(0, 0, 30, 0, 30, 40, 0, 40), anchor: 'centre' }],
  });
  const kept = filter.keep(detections([40, 5, 10, 20, 0.9], [10, 5, 10, 20, 0.9]));
  expect([...possiblePeople(kept, [], tracker)]).toEqual([40, 5, 10, 20, 10, 5, 10, 20]);
});

describe('runOnline', () => {
  it('tracks every frame in order, with as many at the detector as it may', async () => {
    const sink = memory();
    const detector = finder(PERSON);
    const seen: [number, number][] = [];
    const result = await run({
      detector,
      sinks: [sink],
      onFrame: ({ index }, people) => void seen.push([index, people]),
    });
    expect(result).toMatchObject({ frames: 20, trajectories: 1, lastTime: 1.9 });
    expect(result.interruption).toBeUndefined();
    expect(sink.frames.map(({ index, length }) => [index, length])).toEqual(seen);
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => [i, 1]));
    expect(detector.most).toBe(4);
    expect(Array.from(sink.frames[5].ids)).toEqual([1]);
    expect(sink.frames[5].boxes[0]).toBeCloseTo(20, 6);
  });

  it('has no more frames at the detector when more wait for their embeddings', async () => {
    const model = await loadSiamese(writeColourModel(join(temporaryFolder(), 'colours')));
    const appearance = new EmbeddingStage(model, { mode: 'always', minScore: 0.2, sureScore: 0.5, together: 8 });
    const sink = memory();
    const detector = finder(PERSON);
    expect(await run({ detector, appearance, sinks: [sink] })).toMatchObject({ frames: 20, trajectories: 1 });
    expect(sink.frames.map(({ index }) => index)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(detector.most).toBe(4);
    await model.close();
  });

  it('tells the sinks when a trajectory ends', async () => {
    const sink = memory();
    const frames = framesOf(40);
    const detector = { ...finder(PERSON), detect: async ({ index }: Frame) => (index < 10 ? PERSON : NO_DETECTIONS) };
    await run({ frames, detector, sinks: [sink] });
    expect(sink.ended).toEqual([1]);
  });

  it('when the source fails, the frames that were with the detector are tracked', async () => {
    const sink = memory();
    const error = new Error('cut off');
    const result = await run({ frames: framesOf(7, error), sinks: [sink] });
    expect([result.frames, result.interruption]).toEqual([7, error]);
    expect(sink.frames).toHaveLength(7);
  });

  it('when the detector fails, the frames before are tracked, and none is under way any more', async () => {
    const sink = memory();
    const detector = finder(PERSON, ({ index }) => index >= 6);
    const result = await run({ detector, sinks: [sink] });
    expect(result.frames).toBe(6);
    expect(result.interruption).toMatchObject({ message: 'no inference for frame 6' });
    expect(detector.under).toBe(0);
  });

  it('when a sink fails, so does the run, and its source is closed', async () => {
    let closed = false;
    async function* source() {
      try {
        yield* framesOf(1000);
      } finally {
        closed = true;
      }
    }
    const result = await run({ frames: source(), sinks: [memory(5)] });
    expect([result.frames, closed, (result.interruption as Error).message]).toEqual([5, true, 'the disk is full']);
  });

  it.each([0, 4])('when the encoder fails at picture %i, the frames before and that one are written', async (at) => {
    const sink = memory();
    let taken = 0;
    const writer = {
      write: async () => {
        await new Promise((resolve) => setTimeout(resolve, 3));
        if (taken++ === at) throw new Error('encoder gone');
      },
      close: async () => {},
      abort: async () => {},
    };
    const annotator = new Annotator({ width: WIDTH, height: HEIGHT });
    const result = await run({ sinks: [sink], drawing: new Drawing(annotator, writer, false) });
    expect(result.interruption).toMatchObject({ message: 'encoder gone' });
    expect([sink.frames.length, result.frames]).toEqual([at + 2, at + 2]);
  });

  it('ends after the frames under way when the signal fires, with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const onFrame = ({ index }: Frame) => void (index === 4 && controller.abort(reason));
    const result = await run({ frames: framesOf(1000), signal: controller.signal, onFrame });
    expect([result.frames, result.interruption]).toEqual([8, reason]); // 5, and the 3 that were ahead
  });

  it('leaves no rejection unhandled', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    await run({ detector: finder(PERSON, () => true), sinks: [memory(0)] });
    await run({ detector: finder(PERSON, () => true), frames: framesOf(3, new Error('cut off')) });
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('a real detector that is closed in the middle: its message, and the frames before', async () => {
    const detector = await loadDetector('rtmdet-nano', { inputPixels: 1024 });
    const letterbox = detector.letterbox(WIDTH, HEIGHT);
    async function* frames() {
      for await (const frame of framesOf(100))
        yield { ...frame, input: new Uint8Array(3 * letterbox.width * letterbox.height) };
    }
    const onFrame = ({ index }: Frame) => void (index === 9 && detector.close());
    const result = await run({ frames: frames(), detector, onFrame });
    expect(result.frames).toBeGreaterThanOrEqual(10);
    expect(result.frames).toBeLessThan(20);
    expect(String(result.interruption)).toMatch(/^TwintrackError: .*rtmdet-nano-person\.onnx: the detector is closed$/);
  });

  it('accounts for all its time', async () => {
    let last = 0;
    const clock = new (class extends StageClock {
      override lap(stage: Parameters<StageClock['lap']>[0]): void {
        super.lap(stage);
        last = performance.now();
      }
    })();
    const started = performance.now();
    await run({ frames: framesOf(60), sinks: [memory()], clock });
    const stages = clock.times;
    const sum = Object.values(stages).reduce((a, b) => a + b);
    expect(sum).toBeGreaterThan(0.9 * (last - started));
    expect(sum).toBeLessThan(1.1 * (last - started) + 1);
    expect(stages.detect).toBeGreaterThan(stages.decode + stages.track + stages.write);
  });
});

describe('anonymising', () => {
  /** The boxes that the annotator is told of besides the tracked people, frame by frame. */
  async function othersOf(found: (index: number) => Detections, anonymize: boolean) {
    const annotator = new Annotator({ width: WIDTH, height: HEIGHT, anonymize });
    const draw = vi.spyOn(annotator, 'draw');
    const detector = { ...finder(PERSON), detect: async ({ index }: Frame) => found(index) };
    const writer = { write: async () => {}, close: async () => {}, abort: async () => {} };
    await run({ detector, drawing: new Drawing(annotator, writer, anonymize) });
    return draw.mock.calls.map(([, tracked, others]) => ({
      shown: 'people' in tracked ? tracked.people.length : tracked.length,
      others: others && Array.from(others),
    }));
  }

  it('hides detections of those who are not confirmed yet, those of no track, and people who are lost', async () => {
    const stranger = [2, 2, 8, 24, 0.3]; // enough to be matched, too little to begin a track
    const junk = [50, 20, 8, 24, 0.15]; // below tracking.lowScore
    const calls = await othersOf((index) => {
      return index < 10 ? detections([20, 10, 10, 30, 0.7], stranger, junk) : detections(stranger, junk);
    }, true);
    expect(calls[0]).toEqual({ shown: 0, others: [20, 10, 10, 30, 2, 2, 8, 24] });
    expect(calls[5]).toEqual({ shown: 1, others: [20, 10, 10, 30, 2, 2, 8, 24] });
    const { shown, others } = calls[12];
    expect([shown, others!.length, others!.slice(0, 4)]).toEqual([0, 8, [2, 2, 8, 24]]);
    for (const [i, value] of [20, 10, 10, 30].entries()) expect(others![4 + i]).toBeCloseTo(value, 0);
  });

  it('is no work when it is off', async () => {
    for (const { others } of await othersOf(() => PERSON, false)) expect(others).toBeUndefined();
  });
});

it('looks at the region of the people who are not in an ignore area', async () => {
  const parts: unknown[] = [];
  const found = { ...detections([20, 10, 10, 30, 0.9], [50, 10, 10, 30, 0.9]), context: Float32Array.of(7) };
  const detector: Detector = {
    ...finder(found),
    async detect(_, { part } = {}) {
      parts.push(part);
      return found;
    },
  };
  const poster = {
    points: [
      [45, 0],
      [64, 0],
      [64, 48],
      [45, 48],
    ] as [number, number][],
  };
  const areas = resolveAreas({ ignore: { poster } }, { width: WIDTH, height: HEIGHT });
  const engine = new FrameEngine(new Tracker({ association: handSetScore }), detector, {
    ignore: new IgnoreFilter(areas),
    rates: { maxRate: 0, emptyRate: 1 },
  });
  for await (const frame of framesOf(2)) await engine.begin(frame).detections;
  const region = { left: 20, top: 10, width: 10, height: 30 };
  expect(parts).toEqual([undefined, { region, context: Float32Array.of(7) }]);
});
