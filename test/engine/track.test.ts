import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveAreas, ZoneCounter } from '../../src/analytics/index.ts';
import { handSetScore } from '../../src/association/scores/hand-set.ts';
import type { PeopleFrame } from '../../src/core/tracked-frame.ts';
import { loadDetector, readDetections } from '../../src/detection/index.ts';
import { type TrackedPeople, type TrackOptions, track } from '../../src/engine/track.ts';
import { trackVideo } from '../../src/engine/track-video.ts';
import { readTrajectories } from '../../src/trajectories/index.ts';
import { CLIP_SIZE, CLOTHES, writePeopleClip } from '../commands/people-clip.ts';
import { childrenWith, runFfmpeg, temporaryFolder } from '../video/clips.ts';

const folder = temporaryFolder();
const off = { appearance: { mode: 'off' } } as const;
let video: string;
let boxes: string;

beforeAll(async () => {
  ({ video, boxes } = await writePeopleClip(folder));
});

async function all(input: string | undefined, options: TrackOptions): Promise<TrackedPeople[]> {
  const frames: TrackedPeople[] = [];
  for await (const frame of track(input, options)) frames.push(frame);
  return frames;
}

/** Trajectories as frames: per frame the ids and boxes, to 0.01 pixels as in the file. */
async function written(options: Partial<Parameters<typeof trackVideo>[1]>) {
  const out = join(folder, 'out');
  const { files } = await trackVideo(video, { out, annotate: false, detections: boxes, parameters: off, ...options });
  const { trajectories } = await readTrajectories(files.trajectories!);
  const frames: number[][][] = Array.from({ length: 40 }, () => []);
  for (const { id, frames: own, boxes } of trajectories)
    own.forEach((frame, i) => {
      frames[frame].push([id, ...boxes.subarray(4 * i, 4 * i + 4)]);
    });
  return frames;
}

const rounded = (frames: readonly PeopleFrame[]) =>
  frames.map(({ people }) => people.map(({ id, box }) => [id, ...box.map((value) => Math.round(100 * value) / 100)]));

describe('track', () => {
  it('yields each frame with its people, as trackVideo writes them on-line', async () => {
    const frames = await all(video, { detections: boxes, parameters: off });
    expect(frames.map(({ index }) => index)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    for (const { index, time } of frames) expect(time).toBeCloseTo(index / 10, 6);
    const { people, ...frame } = frames[20];
    expect(frame).toEqual({ index: 20, time: frame.time, origin: [0, 0] });
    expect(people.map(({ id, score, detected }) => [id, score, detected])).toEqual([
      [1, Math.fround(0.9), true],
      [2, Math.fround(0.9), true],
      [3, Math.fround(0.9), true],
    ]);
    expect(rounded(frames)).toEqual(await written({ online: true }));
  });

  it('refined yields the whole trajectories, from their first frame on', async () => {
    const frames = await all(video, { detections: boxes, parameters: off, refined: true });
    expect(frames[0].people).toHaveLength(3);
    expect(rounded(frames)).toEqual(await written({}));
  });

  it.each([false, true])('gives the picture when asked (refined: %s)', async (refined) => {
    const colours: number[][] = [];
    for await (const { index, picture } of track(video, { detections: boxes, pictures: true, refined })) {
      if (index !== 10 || !picture) continue;
      expect(picture).toMatchObject(CLIP_SIZE);
      const rgb = picture.rgb();
      for (const row of CLOTHES.keys()) {
        const at = 3 * ((6 + 78 * row + 35) * picture.width + 20 + 40 + 15);
        colours.push([...rgb.subarray(at, at + 3)]);
      }
    }
    expect(colours).toHaveLength(3);
    for (const [i, rgb] of colours.entries())
      for (const [k, value] of rgb.entries()) expect(Math.abs(value - (i === k ? 255 : 0))).toBeLessThan(20);
  });

  it('needs no video for a detection file', async () => {
    const frames = await all(undefined, { detections: boxes, frameRate: 10, maxFrames: 25 });
    expect(frames).toHaveLength(25);
    expect(frames[20].people.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('takes a detector and a score of one’s own, and leaves them open', async () => {
    const file = await readDetections(boxes);
    let closed = 0;
    let pictures = 0;
    const detector = {
      name: 'mine',
      async detect(frame: Parameters<typeof file.detect>[0]) {
        pictures += Number(frame.pixels?.length === (CLIP_SIZE.width * CLIP_SIZE.height * 3) / 2);
        const { length, boxes, scores } = await file.detect(frame);
        return Array.from({ length }, (_, i) => ({ box: boxes.subarray(4 * i, 4 * i + 4), score: scores[i] }));
      },
      close: async () => void closed++,
    };
    let scored = 0;
    const association: typeof handSetScore = {
      score: (pairs, out) => {
        scored++;
        handSetScore.score(pairs, out);
      },
    };
    const frames = await all(video, { detector, association, parameters: off });
    expect(frames[20].people.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect([pictures, closed, scored > 0]).toEqual([40, 0, true]);
  });

  it('names what a detector of one’s own returns wrongly', async () => {
    const detector = { detect: () => [{ box: [0.1, 0.1, 0.2, 0.5], score: 0.9 }] };
    await expect(all(video, { detector, parameters: off })).rejects.toThrow('detections.boxes: are all within 0..1');
  });

  it('leaves nothing behind when the loop is left', async () => {
    const long = join(folder, 'a long one.mp4');
    runFfmpeg('-stream_loop', '20', '-i', video, '-c', 'copy', long);
    for await (const { index } of track(long, { parameters: { detection: { inputPixels: 1024 } } }))
      if (index === 5) break;
    expect(childrenWith('a long one.mp4')).toBe(0);
  });

  it('ends with the reason of its signal', async () => {
    const controller = new AbortController();
    const indices: number[] = [];
    const iterate = async () => {
      for await (const { index } of track(video, { detections: boxes, signal: controller.signal })) {
        indices.push(index);
        if (index === 5) controller.abort(new Error('enough'));
      }
    };
    await expect(iterate()).rejects.toThrow('enough');
    expect(indices.length).toBeGreaterThan(5);
    expect(indices.length).toBeLessThan(40);
    expect(childrenWith(video)).toBe(0);
    await expect(all(video, { signal: controller.signal })).rejects.toThrow('enough');
  });

  it('leaves out whoever is in an ignore area, of a detection file and of a detector of your own', async () => {
    // around the centre of the second of the three, whose feet are below
    const points = [
      [0, 100],
      [320, 100],
      [320, 140],
      [0, 140],
    ] as [number, number][];
    const parameters = { ...off, ignore: { screen: { points } } };
    const ids = (frames: readonly TrackedPeople[]) => frames[30].people.map(({ id, box }) => [id, Math.round(box[1])]);
    const expected = [
      [1, 6],
      [2, 162],
    ];
    expect(ids(await all(video, { detections: boxes, parameters }))).toEqual(expected);
    expect(ids(await all(video, { detections: boxes, parameters, refined: true }))).toEqual(expected);
    expect(ids(await all(undefined, { detections: boxes, parameters, frameRate: 10 }))).toEqual(expected);
    const detector = {
      detect: ({ index }: { index: number }) =>
        CLOTHES.map((_, i) => ({ box: [20 + 4 * index, 6 + 78 * i, 30, 70], score: 0.9 })),
    };
    expect(ids(await all(video, { detector, parameters }))).toEqual(expected);
    const out = join(folder, 'ignored');
    const { ignored, trajectories } = await trackVideo(video, { out, annotate: false, detections: boxes, parameters });
    expect([ignored, trajectories]).toEqual([[{ name: 'screen', ignored: 40 }], 2]);
  });

  it('counts at lines and in zones as it goes', async () => {
    const counter = new ZoneCounter(
      resolveAreas(
        {
          lines: {
            gate: {
              points: [
                [100, 240],
                [100, 0],
              ],
            },
          },
        },
        CLIP_SIZE,
      ),
    );
    const events = [];
    for await (const frame of track(video, { detections: boxes, parameters: off }))
      events.push(...counter.update(frame));
    expect(counter.lines).toEqual([{ name: 'gate', in: 3, out: 0 }]);
    expect(events.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it.each<[string, TrackOptions, string]>([
    [
      'a parameter that is unknown',
      { parameters: { tracking: { lostSecnds: 3 } } as object },
      'unknown key parameters.tracking.lostSecnds; known are parameters.tracking.highScore',
    ],
    [
      'a parameter out of range',
      { parameters: { tracking: { lostSeconds: -3 } } },
      'parameters.tracking.lostSeconds: ',
    ],
    ['a detector that does not exist', { detector: 'none.onnx' }, 'none.onnx: no such'],
    ['to refine a camera', { refined: true }, 'rtsp://***@camera/1: cannot be refined: it is read once, or has no end'],
  ])('refuses %s in one line', async (_, options, message) => {
    const input = options.refined ? 'rtsp://user:secret@camera/1' : video;
    const error = await all(input, options).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: 'TwintrackError', message: expect.stringContaining(message) });
  });
});

describe('trackVideo', () => {
  it('refuses to save pictures of the people whom it anonymises', async () => {
    const out = join(folder, 'refused');
    await expect(trackVideo(video, { out, detections: boxes, anonymize: true, savePatches: true })).rejects.toThrow(
      'savePatches: its pictures would show the people whom anonymize hides; use saveEmbeddings',
    );
    expect(existsSync(out)).toBe(false);
  });

  it('gives each frame to onFrame, as it is written', async () => {
    const frames: PeopleFrame[] = [];
    const expected = await written({ onFrame: (frame) => void frames.push(frame) });
    expect(rounded(frames)).toEqual(expected);
  });

  it('takes a detector that was loaded before, and leaves it open', async () => {
    const detector = await loadDetector('rtmdet-nano', { inputPixels: 1024 });
    for (const online of [true, false]) {
      const { frames } = await trackVideo(video, { out: join(folder, 'own'), detector, online, maxFrames: 5 });
      expect(frames).toBe(5);
    }
    await detector.close();
  });
});
