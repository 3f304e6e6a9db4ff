import { describe, expect, it, vi } from 'vitest';
import { Annotator } from '../../src/annotation/index.ts';
import { handSetScore } from '../../src/association/scores/hand-set.ts';
import { StageClock } from '../../src/core/stage-clock.ts';
import type { Detector } from '../../src/detection/index.ts';
import { Drawing } from '../../src/engine/drawing.ts';
import { FrameEngine } from '../../src/engine/frame-engine.ts';
import { type RefinedRunStages, runRefined } from '../../src/engine/refined-run.ts';
import { type TrackedFrame, Tracker } from '../../src/tracking/index.ts';
import { refinementParameters, type TrajectorySink } from '../../src/trajectories/index.ts';
import type { Frame, VideoInfo, VideoSource } from '../../src/video/index.ts';

const [WIDTH, HEIGHT] = [64, 48];

/** Frames at 10 per second, numbered `step` apart; then the error, if there is one. */
async function* framesOf(count: number, { step = 1, error }: { step?: number; error?: Error } = {}) {
  for (let i = 0; i < count; i++) {
    const pixels = new Uint8Array((WIDTH * HEIGHT * 3) / 2);
    yield { index: i * step, time: i / 10, width: WIDTH, height: HEIGHT, pixels } satisfies Frame;
  }
  if (error) throw error;
}

function video(frames: AsyncIterable<Frame>): VideoSource {
  const size = { width: WIDTH, height: HEIGHT, rotation: 0, frameRate: 10 };
  const coding = { container: 'matroska,webm', codec: 'h264', pixelFormat: 'yuv420p', fullRange: false };
  const info: VideoInfo = { input: 'street.mp4', name: 'street', kind: 'file', ...size, ...coding };
  return { info, close: async () => {}, [Symbol.asyncIterator]: () => frames[Symbol.asyncIterator]() };
}

/** A person who walks, hidden in frames 8 and 9, and another seen dimly in every frame. */
const detector: Detector = {
  name: 'test',
  letterbox: () => undefined,
  detect: async ({ index }) => {
    const people = [...(index === 8 || index === 9 ? [] : [[10 + index, 10, 10, 30, 0.9]]), [50, 8, 6, 20, 0.3]];
    return {
      length: people.length,
      boxes: Float64Array.from(people.flatMap((row) => row.slice(0, 4))),
      scores: Float32Array.from(people, (row) => row[4]),
    };
  },
  close: async () => {},
};

/** Runs with a sink and a writer that remember. */
async function run(stages: Partial<RefinedRunStages> = {}, anonymize = false) {
  const events: string[] = [];
  const written: TrackedFrame[] = [];
  const ended: number[] = [];
  const sink: TrajectorySink = {
    write: (frame) => void written.push(frame),
    end: (id) => void ended.push(id),
    close: async () => {},
    abort: async () => {},
  };
  const annotator = new Annotator({ width: WIDTH, height: HEIGHT, anonymize });
  const draw = vi.spyOn(annotator, 'draw');
  const pictures: number[] = [];
  const writer = {
    write: async (_: Uint8Array, t: number) => void pictures.push(t),
    close: async () => {},
    abort: async () => {},
  };
  const result = await runRefined({
    frames: framesOf(20),
    engine: new FrameEngine(new Tracker({ association: handSetScore }), detector),
    ahead: 3,
    sinks: [sink],
    drawing: new Drawing(annotator, writer, anonymize),
    clock: new StageClock(),
    refinement: refinementParameters.parse({}),
    closeTrajectories: async (interruption) => void events.push(`closed ${interruption}`),
    closeModels: async () => void events.push('models closed'),
    reopen: async (frames) => {
      events.push(`read ${frames} again`);
      return video(framesOf(frames));
    },
    onFrame: ({ index }, people, activity) => void events.push(`${activity} ${index}: ${people}`),
    ...stages,
  });
  return {
    result,
    events,
    written,
    ended,
    drawn: draw.mock.calls.map(([, people, seen]) => ({ people, seen })),
    pictures,
  };
}

describe('runRefined', () => {
  it('writes everybody from the first frame on and through gaps, completes that, and then draws the same', async () => {
    const { result, events, written, ended, drawn, pictures } = await run();
    expect(result).toEqual({ frames: 20, lastTime: 1.9, trajectories: 1 });
    expect(written.map(({ ids }) => [...ids])).toEqual(new Array(20).fill([1]));
    expect(written.flatMap(({ detected, index }) => (detected[0] ? [] : [index]))).toEqual([8, 9]);
    for (const { boxes, index } of written) expect(boxes[0]).toBeCloseTo(10 + index, 6);
    expect(ended).toEqual([1]);
    expect(drawn.map(({ people }) => people)).toEqual(written);
    expect(pictures).toHaveLength(20);
    expect(events.slice(18, 25)).toEqual([
      'track 18: 1',
      'track 19: 1',
      'models closed',
      'read 20 again', // it starts meanwhile
      'closed undefined',
      'draw 0: 1',
      'draw 1: 1',
    ]);
  });

  it('pixelates those who are seen but not tracked, as the first pass saw them', async () => {
    const { drawn } = await run({}, true);
    expect([...drawn[3].seen!]).toEqual([13, 10, 10, 30, 50, 8, 6, 20]);
    expect([...drawn[9].seen!].slice(0, 4)).toEqual([50, 8, 6, 20]);
    expect(drawn[9].seen).toHaveLength(8); // and where the other one is expected
    expect((await run()).drawn[3].seen).toBeUndefined();
  });

  it('when the source fails, all that was tracked is refined, written and drawn', async () => {
    const error = new Error('cut off');
    const { result, written, events, pictures } = await run({ frames: framesOf(7, { error }) });
    expect(result).toMatchObject({ frames: 7, trajectories: 1, interruption: error });
    expect([written.length, pictures.length]).toEqual([7, 7]);
    expect(events).toContain('closed Error: cut off');
    expect(events).toContain('read 7 again');
  });

  it('when it gives nothing, nothing is written', async () => {
    const { result, written, events } = await run({ frames: framesOf(0, { error: new Error('empty') }) });
    expect(result).toMatchObject({ frames: 0, interruption: { message: 'empty' } });
    expect([written, events]).toEqual([[], []]);
  });

  it('the signal in the first pass ends that alone, in the second the drawing', async () => {
    for (const [activity, at, frames, pictures] of [
      ['track', 4, 8, 8],
      ['draw', 4, 20, 5],
    ] as const) {
      const controller = new AbortController();
      const onFrame: RefinedRunStages['onFrame'] = ({ index }, _, now) => {
        if (now === activity && index === at) controller.abort(new Error('enough'));
      };
      const outcome = await run({ signal: controller.signal, onFrame });
      expect(outcome.result).toMatchObject({ frames, interruption: { message: 'enough' } });
      expect([outcome.written.length, outcome.pictures.length]).toEqual([frames, pictures]);
    }
  });

  it('tells of a video that is another one when it is read again', async () => {
    for (const frames of [framesOf(12), framesOf(20, { step: 2 })]) {
      const { result, events } = await run({ reopen: async () => video(frames) });
      expect(String(result.interruption)).toMatch(/^TwintrackError: street\.mp4: was changed while it was tracked; /);
      expect([result.frames, events.includes('closed undefined')]).toEqual([20, true]);
    }
  });

  it('when a sink fails, nothing is drawn', async () => {
    const full: TrajectorySink = {
      write: () => Promise.reject(new Error('the disk is full')),
      end() {},
      close: async () => {},
      abort: async () => {},
    };
    const { result, pictures } = await run({ sinks: [full] });
    expect(result).toMatchObject({ frames: 20, interruption: { message: 'the disk is full' } });
    expect(pictures).toEqual([]);
  });
});
