import { resolveAreas } from '../analytics/areas.ts';
import { type IgnoreCount, IgnoreFilter, type KeptDetections } from '../analytics/ignore.ts';
import type { AppearanceModel } from '../appearance/appearance-model.ts';
import { EmbeddingStage } from '../appearance/embedding-stage.ts';
import { reidOptions } from '../appearance/reid.ts';
import type { AssociationScore } from '../association/features.ts';
import type { Frame } from '../core/frame.ts';
import { emptyFrame, type TrackedFrame } from '../core/tracked-frame.ts';
import type { Detector, Found, Look } from '../detection/detector.ts';
import { DetectionSchedule } from '../detection/schedule.ts';
import { PictureMotion, type PictureShift } from '../tracking/camera-motion/from-pixels.ts';
import type { Track } from '../tracking/track.ts';
import { Tracker } from '../tracking/tracker.ts';
import type { VideoInfo } from '../video/probe.ts';
import type { Finding, Findings } from './finding-log.ts';
import type { Parameters } from './parameters.ts';

/** What an engine works with. The engine closes none of it. */
export interface EngineModels {
  readonly detector: Pick<Detector, 'detect' | 'letterbox' | 'free' | 'scales'>;
  /** Embeds patches; without it appearance is not compared. */
  readonly appearance?: AppearanceModel | undefined;
  readonly association: AssociationScore;
}

/** What an engine needs to know of the frames: all have one size, 0 × 0 where there are no pictures. */
export type EngineVideo = Pick<VideoInfo, 'width' | 'height' | 'colourSpace'>;

/** Settings of {@link createEngine}. */
export interface EngineOptions {
  /** Frames whose patches are embedded together. Default 1. */
  readonly together?: number | undefined;
  /** Whether frames are released once their patches are cut out. Default false. */
  readonly release?: boolean | undefined;
  /** Ids are counted on from here. Default 0. */
  readonly lastId?: number | undefined;
  /** Knows what is in the first frames, and is told what is found in the others. */
  readonly log?: Findings | undefined;
}

/** A frame between {@link FrameEngine.begin} and {@link FrameEngine.track}. */
export interface FrameUnderWay {
  readonly frame: Frame;
  /** How the picture moved since the frame begun before, where there is a picture. */
  readonly shift: PictureShift | undefined;
  /** Without those in ignore areas. */
  readonly detected: Promise<KeptDetections>;
  /** Whether people are looked for in it; else they are where they are expected. */
  readonly detect: boolean;
  /** Whether what is detected is that of an earlier frame; known when it is detected. */
  readonly still: () => boolean;
  /** With embeddings. */
  readonly detections: Promise<KeptDetections>;
}

/** A frame and what is known of it. */
export interface EngineStep {
  readonly frame: Frame;
  readonly detections: KeptDetections;
  /** As `Tracker.update` returns them. */
  readonly tracks: readonly Track[];
  /** How the picture moved since the frame tracked before, as measured in it or estimated from the boxes. */
  readonly shift: PictureShift;
  /** Where in the picture the origin of the first picture is, by all shifts so far. */
  readonly origin: PictureShift;
  /** Whether the detector ran. */
  readonly detect: boolean;
  /** The confirmed people. */
  readonly people: TrackedFrame;
  /** Ids of the people who get no more observations. */
  readonly ended: readonly number[];
}

/**
 * An engine for frames of one size: motion → detection → ignore areas → embeddings → tracks → people. Files and cameras go through it alike.
 *
 * @throws TwintrackError when an ignore area lies outside the picture
 */
export function createEngine(
  parameters: Pick<Parameters, 'detection' | 'tracking' | 'appearance' | 'ignore'>,
  models: EngineModels,
  video: EngineVideo,
  { together, release, lastId, log }: EngineOptions = {},
): FrameEngine {
  const { tracking, appearance: settings, ignore } = parameters;
  const { appearance, association, detector } = models;
  const tracker = new Tracker({
    association,
    parameters: tracking,
    reid: appearance && reidOptions(appearance, settings, video),
    lastId,
  });
  const embedding =
    appearance &&
    new EmbeddingStage(appearance, {
      mode: settings.mode === 'always' ? 'always' : 'auto',
      minScore: tracking.lowScore,
      sureScore: tracking.highScore,
      colourSpace: video.colourSpace,
      together,
      release,
    });
  const areas = resolveAreas({ ignore }, video.width > 0 ? video : undefined);
  return new FrameEngine(tracker, detector, {
    embedding,
    ignore: new IgnoreFilter(areas),
    rates: parameters.detection,
    log,
    release: release && embedding !== undefined,
  });
}

/** What a {@link FrameEngine} may have besides tracker and detector. */
export interface FrameEngineParts {
  readonly embedding?: EmbeddingStage | undefined;
  readonly ignore?: IgnoreFilter | undefined;
  /** How often people are looked for. Default in every frame. */
  readonly rates?: Pick<Parameters['detection'], 'maxRate' | 'emptyRate'>;
  readonly log?: Findings | undefined;
  /** Whether frames that the log knows are released at once, as the others are once their patches are cut out. Default false. */
  readonly release?: boolean | undefined;
}

/** See {@link createEngine}. */
export class FrameEngine {
  readonly tracker: Tracker;
  /** Which frames the detector sees. */
  readonly schedule: DetectionSchedule;
  readonly #detector: EngineModels['detector'];
  readonly #embedding: EmbeddingStage | undefined;
  readonly #ignore: IgnoreFilter | undefined;
  readonly #motion: PictureMotion | undefined;
  readonly #log: Findings | undefined;
  readonly #release: boolean;
  readonly #begun: FrameUnderWay[] = [];
  #origin: PictureShift = [0, 0];
  /** Ids that may get more observations. */
  readonly #open = new Set<number>();

  constructor(
    tracker: Tracker,
    detector: EngineModels['detector'],
    { embedding, ignore, rates = { maxRate: 0, emptyRate: 0 }, log, release = false }: FrameEngineParts = {},
  ) {
    this.tracker = tracker;
    this.schedule = new DetectionSchedule(
      {
        letterbox: (...size) => detector.letterbox(...size),
        detect: (frame, look) => this.#detect(frame, look),
        ...(detector.free && { free: true }),
        ...(detector.scales && { scales: true }),
      },
      rates,
    );
    this.#detector = detector;
    this.#embedding = embedding;
    this.#ignore = ignore;
    this.#motion = tracker.parameters.cameraMotion ? new PictureMotion() : undefined;
    this.#log = log;
    this.#release = release;
  }

  /** How many detections were left out in each ignore area. */
  get ignored(): readonly IgnoreCount[] {
    return this.#ignore?.counts ?? [];
  }

  /** Number of frames whose patches are embedded together: so many are to be begun before the first is awaited. */
  get together(): number {
    return this.#embedding?.together ?? 1;
  }

  /** Starts on the next frame; frames are begun in order. Its promises may be left unawaited. */
  begin(frame: Frame): FrameUnderWay {
    const known = this.#log?.next(frame);
    const underWay = known ? this.#recall(frame, known) : this.#find(frame);
    underWay.detections.catch(() => {}); // reported where it is awaited, which may be never
    this.#begun.push(underWay);
    return underWay;
  }

  #find(frame: Frame): FrameUnderWay {
    const shift = this.#follow(frame);
    const scheduled = this.schedule.next(frame);
    const { detect, detections: detected } = scheduled;
    const detections = this.#embedding?.embed(frame, detected) ?? detected;
    return { frame, shift, detect, still: () => scheduled.still, detected, detections };
  }

  /** What was found in a frame when it was looked at by an earlier run. */
  #recall(frame: Frame, finding: Finding): FrameUnderWay {
    const { shift, detect, still, detections } = finding;
    if (frame.index + 1 === this.#log?.known) this.#follow(frame); // the next one is compared with it
    this.schedule.count(finding);
    if (detect && !still) this.#ignore?.count(detections.ignored);
    if (this.#release) frame.release?.();
    const found = Promise.resolve(detections);
    return { frame, shift, detect, still: () => still, detected: found, detections: found };
  }

  #follow(frame: Frame): PictureShift | undefined {
    const { width, height, sampleAspectRatio } = frame;
    return this.#motion?.follow(frame, this.#detector.letterbox(width, height, sampleAspectRatio));
  }

  async #detect(frame: Frame, look?: Look): Promise<KeptDetections & Found> {
    const found = await this.#detector.detect(frame, look);
    return this.#ignore ? { ...this.#ignore.keep(found), context: found.context } : found;
  }

  /** Lets no frame wait for others to be embedded with: none will come. */
  flush(): void {
    this.#embedding?.flush();
  }

  /**
   * Tracks a frame that was begun; frames are tracked in the order they were begun in, and some may be left out.
   *
   * @param detections what `underWay.detections` resolved to
   * @param time the tracker's time, where it is not the frame's
   */
  track(underWay: FrameUnderWay, detections: KeptDetections, time = underWay.frame.time): EngineStep {
    const { frame, detect, still } = underWay;
    const { index, time: at } = frame;
    this.#log?.add({ index, time: at, shift: underWay.shift, detect, still: still(), detections });
    let { shift } = underWay;
    for (let next = this.#begun.shift(); next && next !== underWay; next = this.#begun.shift())
      if (shift && next.shift) shift = [shift[0] + next.shift[0], shift[1] + next.shift[1]];
    if (detect) return this.advance(frame, detections, time, shift);
    return this.#taken(frame, detections, this.tracker.predict(time, shift), false);
  }

  /** Takes in detections of a frame that was not begun. */
  advance(frame: Frame, detections: KeptDetections, time = frame.time, shift?: PictureShift): EngineStep {
    return this.#taken(frame, detections, this.tracker.step(detections, time, shift), true);
  }

  #taken(frame: Frame, detections: KeptDetections, tracks: readonly Track[], detect: boolean): EngineStep {
    const people = confirmedPeople(tracks, frame);
    for (const id of people.ids) this.#open.add(id);
    const ended: number[] = [];
    for (const { state, id } of tracks) if (state === 'ended' && this.#open.delete(id)) ended.push(id);
    const shift = this.tracker.cameraShift;
    this.#origin = [this.#origin[0] + shift[0], this.#origin[1] + shift[1]];
    return { frame, detections, tracks, shift, origin: this.#origin, detect, people, ended };
  }

  /** No frame follows: ids of the people who could have got more observations. */
  end(): readonly number[] {
    const ended = [...this.#open];
    this.#open.clear();
    return ended;
  }
}

/** The people in a frame, as columns: those seen, or expected where the detector did not run. */
function confirmedPeople(tracks: readonly Track[], { index, time }: Frame): TrackedFrame {
  const seen = tracks.filter(({ state }) => state === 'confirmed');
  const people = emptyFrame(index, time, seen.length);
  seen.forEach(({ id, box, lastScore, detection }, i) => {
    people.ids[i] = id;
    people.detected[i] = detection >= 0 ? 1 : 0;
    people.boxes.set(box, 4 * i);
    people.scores[i] = lastScore;
  });
  return people;
}
