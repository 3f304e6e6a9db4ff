import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { AppearanceModel } from '../appearance/appearance-model.ts';
import type { AssociationScore } from '../association/features.ts';
import { loadAssociation } from '../association/model.ts';
import { messageOf, TwintrackError, UsageError } from '../core/errors.ts';
import { parseSection } from '../core/schema.ts';
import { version } from '../core/version.ts';
import type { Detector } from '../detection/index.ts';
import { describeModels, type InputOptions } from '../engine/open-run.ts';
import { lockFolder } from '../files/folder-lock.ts';
import { makeFolder } from '../files/make-folder.ts';
import type { Provider } from '../inference/provider.ts';
import type { Site } from '../site/index.ts';
import { findFfmpeg } from '../video/index.ts';
import { Camera, type CameraSetup } from './camera/camera.ts';
import { type CameraSource, connectAlike } from './camera/source.ts';
import { type SkippedCamera, sortCameras } from './camera/usable.ts';
import { loadModels, type Models } from './models.ts';
import { type Log, SILENT } from './monitoring/log.ts';
import { MqttPublisher } from './monitoring/mqtt.ts';
import type { CameraStatus } from './monitoring/statistics.ts';
import type { LiveEvent, SitePersonEvent } from './outputs/events.ts';
import { type Keep, prune } from './outputs/retention.ts';
import { type CameraParameters, cameraParametersSchema } from './parameters.ts';
import { forEngines, type SelfHealing, withFallback } from './self-healing.ts';
import { SITE_FOLDER, SitePeople } from './site/site-people.ts';

/** What is followed, and with which parameters: what can change while it goes on. */
export interface LiveConfiguration {
  readonly cameras: readonly CameraSource[];
  readonly parameters: CameraParameters;
  /** Cameras that are known to be unusable before they are tried. */
  readonly skipped?: readonly SkippedCamera[];
}

/** Settings of {@link startLive}. */
export interface LiveOptions
  extends Pick<InputOptions, 'detector' | 'appearance' | 'association'>,
    Pick<LiveConfiguration, 'cameras' | 'skipped'> {
  /** Folder for the outputs; each camera has a folder in it. */
  readonly out: string;
  /** Overrides of the defaults of {@link cameraParametersSchema}, by stage. */
  readonly parameters?: z.input<typeof cameraParametersSchema> | undefined;
  /** Whether cameras may be files. */
  readonly realtime?: boolean | undefined;
  /** Whether to write the annotated video. */
  readonly record?: boolean | undefined;
  /** What to keep of old outputs; default all. */
  readonly keep?: Keep | undefined;
  /** Address of a broker to publish to. */
  readonly mqtt?: string | undefined;
  /** The cameras of a site: people keep one id over all of them. */
  readonly site?: Site | undefined;
  /** Seconds for which people are remembered by their appearance over the cameras of a site; 0: it is not compared. Default an hour. */
  readonly remember?: number | undefined;
  readonly log?: Log | undefined;
  /** Takes the events of all cameras. */
  readonly onEvent?: ((event: LiveEvent) => void) | undefined;
}

/** How a network is doing. */
export interface ModelStatus {
  readonly name: string;
  /** Whether it works, as far as is known. */
  readonly works: boolean;
  /** What computes it, where it is a network of twintrack's own. */
  readonly provider?: Provider;
}

/** How everything is doing. */
export interface LiveStatus {
  /** Seconds since the start. */
  readonly uptime: number;
  readonly cameras: readonly CameraStatus[];
  readonly skipped: readonly SkippedCamera[];
  readonly detector: ModelStatus;
  /** Absent when appearance is not compared. */
  readonly appearance?: ModelStatus;
  readonly mqtt?: { readonly connected: boolean; readonly dropped: number };
  /** Why it is not healthy: a network does not work, or no camera has been live for `live.unhealthySeconds`. */
  readonly unhealthy?: string;
}

/** How often values are published, and old outputs removed and people forgotten. */
const PUBLISH_SECONDS = 1;
const PRUNE_SECONDS = 60;

/**
 * Tracks people at live cameras until it is closed, and writes events and trajectories. A camera that cannot be reached is no error: it is
 * tried again with exponential back-off and jitter. One that cannot be followed as it is configured is skipped: see `status.skipped`.
 *
 * @throws UsageError when no camera has an address and a name that are valid
 * @throws TwintrackError when a parameter is unknown or out of its range, or ffmpeg, the detector or the output folder cannot be used, or
 *   another process uses that folder
 *
 * @example
 * const live = await startLive({
 *   cameras: [{ name: 'entrance', url: 'rtsp://user:password@192.168.1.20/stream1' }],
 *   out: 'live',
 *   onEvent: (event) => console.log(event.camera, event.event),
 * });
 * process.once('SIGINT', () => live.close());
 */
export async function startLive(options: LiveOptions): Promise<Live> {
  const { cameras, skipped, out, log = SILENT } = options;
  const parameters = parseSection(cameraParametersSchema, options.parameters ?? {}, 'parameters');
  const live = new Live(options, log);
  try {
    const { usable, skipped: unusable } = sortCameras(options, options.realtime);
    if (usable.length === 0 && skipped?.length) throw new TwintrackError(skipped[0].reason);
    if (usable.length === 0 && unusable.length > 0) throw new UsageError(unusable[0].reason);
    await findFfmpeg();
    await makeFolder(out);
    live.unlock = lockFolder(out);
    if (options.site) live.people = await openSite(live, options, options.site, log);
    if (options.mqtt) live.mqtt = await MqttPublisher.connect(options.mqtt, parameters.live, log);
    await live.reconfigure({ cameras, parameters, ...(skipped && { skipped }) });
    return live;
  } catch (error) {
    await live.close();
    throw error;
  }
}

/** @throws UsageError when a camera has the name of the site's folder */
function openSite(live: Live, { cameras, out, remember }: LiveOptions, site: Site, log: Log): Promise<SitePeople> {
  if (cameras.some(({ name }) => name.toLowerCase() === SITE_FOLDER))
    throw new UsageError(
      `camera "${SITE_FOLDER}": this is the name of the folder of the site; call the camera otherwise`,
    );
  const followed = new Set(cameras.map(({ name }) => name));
  for (const { name } of site.cameras)
    if (!followed.has(name)) log.warn({ camera: name }, 'a camera of the site is not followed');
  const onEvent = (event: SitePersonEvent) => live.camera(event.camera)?.report(event);
  const there = { ...site, cameras: site.cameras.filter(({ name }) => followed.has(name)) };
  return SitePeople.open({ site: there, out, remember, log, onEvent });
}

/** Cameras that are being followed. */
export class Live {
  mqtt: MqttPublisher | undefined;
  /** People over the cameras of a site. */
  people: SitePeople | undefined;
  /** Gives the folder for the outputs back, when these are complete. */
  unlock = () => {};
  readonly #options: LiveOptions;
  readonly #log: Log;
  readonly #cameras = new Map<string, Camera>();
  readonly #started = performance.now();
  #lastLive = this.#started;
  readonly #timers: NodeJS.Timeout[];
  #parameters: CameraParameters | undefined;
  #models: Models | undefined;
  #skipped: readonly SkippedCamera[] = [];
  #changing: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(options: LiveOptions, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#timers = [
      setInterval(() => this.#publish(this.status), 1000 * PUBLISH_SECONDS),
      setInterval(() => this.#prune(), 1000 * PRUNE_SECONDS),
    ];
  }

  get cameras(): readonly Camera[] {
    return [...this.#cameras.values()];
  }

  /** How many streams of pictures and figures are served at once. */
  get viewers(): number {
    return this.#parameters?.live.viewers ?? 0;
  }

  camera(name: string): Camera | undefined {
    return this.#cameras.get(name);
  }

  get status(): LiveStatus {
    const { mqtt } = this;
    const { detector, appearance } = this.#models ?? {};
    const unhealthy = this.#unhealthy();
    const statusOf = (network?: SelfHealing<Detector | AppearanceModel>) => ({
      name: network?.model.name ?? '',
      works: network?.works ?? false,
      ...(network?.model.provider && { provider: network.model.provider }),
    });
    return {
      uptime: (performance.now() - this.#started) / 1000,
      cameras: this.cameras.map(({ status }) => status),
      skipped: this.#skipped,
      detector: statusOf(detector),
      ...(appearance && { appearance: statusOf(appearance) }),
      ...(mqtt && { mqtt: { connected: mqtt.connected, dropped: mqtt.dropped } }),
      ...(unhealthy !== undefined && { unhealthy }),
    };
  }

  #unhealthy(): string | undefined {
    const { detector, appearance } = this.#models ?? {};
    if (detector?.works === false) return 'detector failed';
    if (appearance?.works === false) return 'appearance failed';
    const time = performance.now();
    if (this.cameras.some(({ state }) => state === 'live')) this.#lastLive = time;
    const seconds = this.#parameters?.live.unhealthySeconds ?? Number.POSITIVE_INFINITY;
    return time - this.#lastLive > 1000 * seconds ? `no camera has been live for ${seconds} s` : undefined;
  }

  /**
   * Goes over to other cameras and parameters. A camera that stays as it is, with its parameters, is not disturbed; one whose parameters
   * change keeps its connection. A camera that cannot be used as it is configured now is skipped, or followed on as it was configured before.
   *
   * @throws TwintrackError when a network cannot be loaded, and UsageError when there is no camera; what was followed before is followed on
   */
  reconfigure(configuration: LiveConfiguration): Promise<void> {
    const change = this.#changing.then(() => this.#change(configuration));
    this.#changing = change.catch(() => {});
    return change;
  }

  /** Ends all sessions and completes all outputs; resolves when that is done, also for those who ask again. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#changing;
    await Promise.all(this.cameras.map((camera) => camera.stop()));
    await this.people?.close();
    this.unlock();
    this.#publish(this.status);
    await this.mqtt?.close();
    const { detector, appearance } = this.#models ?? {};
    await Promise.all([detector?.close(), appearance?.close()]);
  }

  async #change(configuration: LiveConfiguration): Promise<void> {
    if (this.#closed) throw new TwintrackError('the cameras are being closed');
    const { parameters } = configuration;
    const { usable, skipped } = sortCameras(configuration, this.#options.realtime);
    const before = this.#parameters;
    const former = this.#models;
    const keepsDetector =
      typeof this.#options.detector === 'object' || isDeepStrictEqual(parameters.detection, before?.detection);
    const keepsAppearance = keepsDetector && isDeepStrictEqual(parameters.appearance, before?.appearance);
    const association = await loadAssociation(this.#options.association ?? parameters.association.model);
    const models = await loadModels(
      this.#options,
      parameters,
      {
        ...(keepsDetector && former),
        appearance: keepsAppearance ? former?.appearance : undefined,
      },
      this.#log,
    );
    const same = isDeepStrictEqual(parameters, before);
    this.#parameters = parameters;
    this.#models = models;
    if (models.appearance !== former?.appearance || !before)
      await this.people?.compareBy(models.appearance && withFallback(models.appearance));
    const setupOf = (source: CameraSource) => this.#setupOf(source, parameters, { ...models, association });

    // new cameras are there before others go; what takes the place of another keeps its connection
    const going: Promise<unknown>[] = [];
    const coming = usable.map(async (source) => {
      const running = this.#cameras.get(source.name);
      if (running && same && isDeepStrictEqual(source, running.source)) return;
      if (running && connectAlike(running.source, source)) return void going.push(running.reconfigure(setupOf(source)));
      try {
        await running?.stop(); // it writes into the same folder
        this.#cameras.set(source.name, await Camera.start(setupOf(source)));
      } catch (error) {
        if (running) this.#cameras.delete(source.name);
        skipped.push({ name: source.name, reason: messageOf(error) });
      }
    });
    await Promise.all(coming);
    const names = new Set([...usable, ...skipped].map(({ name }) => name));
    for (const camera of this.cameras) {
      const { source } = camera;
      if (names.has(source.name)) {
        const asBefore = !usable.some(({ name }) => name === source.name);
        if (asBefore && !same) going.push(camera.reconfigure(setupOf(source)));
        continue;
      }
      const gone = () => {
        this.#cameras.delete(source.name);
        this.mqtt?.forget(source.name);
      };
      going.push(camera.stop().then(gone));
    }
    this.#sort([...usable, ...skipped]);
    this.#skipped = skipped;
    for (const { name, reason } of skipped) {
      const goesOn = this.#cameras.has(name)
        ? 'the camera is followed as it was configured before'
        : 'the camera is skipped';
      this.#log.error({ camera: name, reason }, goesOn);
    }
    await Promise.all(going);
    if (former?.detector !== models.detector) await former?.detector.close();
    if (former?.appearance !== models.appearance) await former?.appearance?.close();
    if (this.#cameras.size === 0 && skipped.length > 0 && !before) throw new TwintrackError(skipped[0].reason);
  }

  #setupOf(
    source: CameraSource,
    parameters: CameraParameters,
    { detector, appearance, scheduler, association }: Models & { association: AssociationScore },
  ): CameraSetup {
    const { zones = parameters.zones, lines = parameters.lines, ignore = parameters.ignore } = source;
    const own = { ...parameters, zones, lines, ignore };
    return {
      source,
      realtime: this.#options.realtime ?? false,
      out: this.#options.out,
      record: this.#options.record ?? false,
      parameters: own,
      models: {
        detector: forEngines(detector),
        appearance: appearance && withFallback(appearance),
        association,
      },
      scheduler,
      run: {
        generator: `twintrack ${version}`,
        models: describeModels(detector.model, appearance?.model),
        parameters: { ...own, online: true },
      },
      onPeople: ({ people, galleryOf }, size) => this.people?.take(source.name, people, size, galleryOf),
      nameOf: (id) => {
        const person = this.people?.personOf(source.name, id);
        return person === undefined ? undefined : `person ${person}`;
      },
      onEvent: (event) => {
        this.mqtt?.event(event);
        this.#options.onEvent?.(event);
      },
      log: this.#log,
    };
  }

  /** Puts the cameras into the order of the configuration. */
  #sort(order: readonly { readonly name: string }[]): void {
    for (const { name } of order) {
      const camera = this.#cameras.get(name);
      if (!camera) continue;
      this.#cameras.delete(name);
      this.#cameras.set(name, camera);
    }
  }

  #publish({ cameras }: LiveStatus): void {
    for (const { name, people, state } of this.mqtt ? cameras : []) {
      this.mqtt?.value(name, 'people', people);
      this.mqtt?.value(name, 'state', state);
    }
  }

  #prune(): void {
    this.people?.expire();
    const { keep, out } = this.#options;
    if (!keep) return;
    prune(out, keep).then(
      (files) => files.length > 0 && this.#log.info({ files }, 'old outputs removed'),
      (error: unknown) => this.#log.error({ reason: messageOf(error) }, 'cannot remove old outputs'),
    );
  }
}
