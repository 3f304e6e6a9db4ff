import { availableParallelism } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { type AppearanceModel, leftOpen, loadSiamese } from '../appearance/siamese.ts';
import { loadAssociation } from '../association/model.ts';
import { messageOf, printable, TwintrackError, UsageError } from '../core/errors.ts';
import { parseSection } from '../core/schema.ts';
import { version } from '../core/version.ts';
import { fromCustom } from '../detection/custom-detector.ts';
import { type Detector, loadDetector, type ModelDetector } from '../detection/index.ts';
import { describeModels, type InputOptions } from '../engine/open-run.ts';
import { lockFolder } from '../files/folder-lock.ts';
import { makeFolder } from '../files/make-folder.ts';
import type { Provider } from '../inference/provider.ts';
import { addressOf } from '../video/camera/address.ts';
import { findFfmpeg } from '../video/index.ts';
import { Camera } from './camera/camera.ts';
import type { CameraSource } from './camera/source.ts';
import { type Log, SILENT } from './monitoring/log.ts';
import { MqttPublisher } from './monitoring/mqtt.ts';
import type { CameraStatus } from './monitoring/statistics.ts';
import type { LiveEvent } from './outputs/events.ts';
import { type Keep, prune } from './outputs/retention.ts';
import { type CameraParameters, cameraParametersSchema } from './parameters.ts';
import { DetectorScheduler } from './scheduler.ts';
import { type Loader, SelfHealing, withFallback } from './self-healing.ts';

/** What is followed, and with which parameters: what can change while it goes on. */
export interface LiveConfiguration {
  readonly cameras: readonly CameraSource[];
  readonly parameters: CameraParameters;
}

/** Settings of {@link startLive}. */
export interface LiveOptions extends Pick<InputOptions, 'detector' | 'appearance' | 'association'> {
  readonly cameras: readonly CameraSource[];
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
  readonly detector: ModelStatus;
  /** Absent when appearance is not compared. */
  readonly appearance?: ModelStatus;
  readonly mqtt?: { readonly connected: boolean; readonly dropped: number };
}

/** The networks that all cameras share. */
interface Models {
  readonly detector: SelfHealing<Detector>;
  readonly scheduler: DetectorScheduler;
  readonly appearance: SelfHealing<AppearanceModel> | undefined;
}

/** How often values are published, and old outputs removed. */
const PUBLISH_SECONDS = 1;
const PRUNE_SECONDS = 60;

/**
 * Tracks people at live cameras until it is closed, and writes events and trajectories. A camera that cannot be reached is no error: it is
 * tried again with exponential back-off and jitter.
 *
 * @throws UsageError when the address or the name of a camera is not valid
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
  const { cameras, out, log = SILENT } = options;
  const parameters = parseSection(cameraParametersSchema, options.parameters ?? {}, 'parameters');
  const live = new Live(options, log);
  try {
    checkCameras(cameras, options.realtime);
    await findFfmpeg();
    await makeFolder(out);
    live.unlock = lockFolder(out);
    if (options.mqtt) live.mqtt = await MqttPublisher.connect(options.mqtt, parameters.live, log);
    await live.reconfigure({ cameras, parameters });
    return live;
  } catch (error) {
    await live.close();
    throw error;
  }
}

/** Cameras that are being followed. */
export class Live {
  mqtt: MqttPublisher | undefined;
  /** Gives the folder for the outputs back, when these are complete. */
  unlock = () => {};
  readonly #options: LiveOptions;
  readonly #log: Log;
  readonly #cameras = new Map<string, Camera>();
  readonly #started = performance.now();
  readonly #timers: NodeJS.Timeout[];
  #parameters: CameraParameters | undefined;
  #models: Models | undefined;
  #changing: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(options: LiveOptions, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#timers = [
      setInterval(() => this.#publish(), 1000 * PUBLISH_SECONDS),
      setInterval(() => this.#prune(), 1000 * PRUNE_SECONDS),
    ];
  }

  get cameras(): readonly Camera[] {
    return [...this.#cameras.values()];
  }

  camera(name: string): Camera | undefined {
    return this.#cameras.get(name);
  }

  get status(): LiveStatus {
    const { mqtt } = this;
    const { detector, appearance } = this.#models ?? {};
    const statusOf = (network?: SelfHealing<Detector | AppearanceModel>) => ({
      name: network?.model.name ?? '',
      works: network?.works ?? false,
      ...(network?.model.provider && { provider: network.model.provider }),
    });
    return {
      uptime: (performance.now() - this.#started) / 1000,
      cameras: this.cameras.map(({ status }) => status),
      detector: statusOf(detector),
      ...(appearance && { appearance: statusOf(appearance) }),
      ...(mqtt && { mqtt: { connected: mqtt.connected, dropped: mqtt.dropped } }),
    };
  }

  /**
   * Goes over to other cameras and parameters. A camera that stays as it is, with its parameters, is not disturbed.
   *
   * @throws TwintrackError when that cannot be; what was followed before is followed on, as far as it goes
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
    this.unlock();
    this.#publish();
    await this.mqtt?.close();
    const { detector, appearance } = this.#models ?? {};
    await Promise.all([detector?.close(), appearance?.close()]);
  }

  async #change({ cameras, parameters }: LiveConfiguration): Promise<void> {
    if (this.#closed) throw new TwintrackError('the cameras are being closed');
    checkCameras(cameras, this.#options.realtime);
    const before = this.#parameters;
    const former = this.#models;
    const keepsDetector =
      typeof this.#options.detector === 'object' || isDeepStrictEqual(parameters.detection, before?.detection);
    const keepsAppearance = keepsDetector && isDeepStrictEqual(parameters.appearance, before?.appearance);
    const association = await loadAssociation(this.#options.association ?? parameters.association.model);
    const models = await this.#loadModels(parameters, {
      ...(keepsDetector && former),
      appearance: keepsAppearance ? former?.appearance : undefined,
    });
    const same = isDeepStrictEqual(parameters, before);
    const stays = ({ source }: Camera) => same && cameras.some((camera) => isDeepStrictEqual(camera, source));
    const goes = this.cameras.filter((camera) => !stays(camera));
    await Promise.all(goes.map((camera) => camera.stop()));
    for (const { source } of goes) {
      this.#cameras.delete(source.name);
      if (!cameras.some(({ name }) => name === source.name)) this.mqtt?.forget(source.name);
    }
    if (former?.detector !== models.detector) await former?.detector.close();
    if (former?.appearance !== models.appearance) await former?.appearance?.close();
    this.#parameters = parameters;
    this.#models = models;
    for (const source of cameras) {
      if (this.#cameras.has(source.name)) continue;
      const { zones = parameters.zones, lines = parameters.lines, ignore = parameters.ignore } = source;
      const own = { ...parameters, zones, lines, ignore };
      const camera = await Camera.start({
        source,
        realtime: this.#options.realtime ?? false,
        out: this.#options.out,
        record: this.#options.record ?? false,
        parameters: own,
        models: {
          detector: {
            detect: (frame) => models.detector.run((model) => model.detect(frame)),
            letterbox: (...size) => models.detector.model.letterbox(...size),
          },
          appearance: models.appearance && withFallback(models.appearance),
          association,
        },
        scheduler: models.scheduler,
        run: {
          generator: `twintrack ${version}`,
          models: describeModels(models.detector.model, models.appearance?.model),
          parameters: { ...own, online: true },
        },
        onEvent: (event) => {
          this.mqtt?.event(event);
          this.#options.onEvent?.(event);
        },
        log: this.#log,
      });
      this.#cameras.set(source.name, camera);
    }
  }

  /** Loads what is not there yet: all or nothing. */
  async #loadModels({ detection, appearance }: CameraParameters, there: Partial<Models>): Promise<Models> {
    const { detector: given = 'rtmdet-nano' } = this.#options;
    const named = typeof given === 'string';
    const detector =
      there.detector ??
      (named
        ? await SelfHealing.load(this.#loader('the detector', () => loadDetector(given, detection)))
        : new SelfHealing(fromCustom(given)));
    try {
      const atOnce = !named || detection.parallel === 'operators' ? 1 : detection.cores || availableParallelism();
      return {
        detector,
        scheduler: there.scheduler ?? new DetectorScheduler(atOnce),
        appearance:
          appearance.mode === 'off'
            ? undefined
            : (there.appearance ?? (await this.#loadAppearance(appearance.model, detection))),
      };
    } catch (error) {
      if (!there.detector) await detector.close();
      throw error;
    }
  }

  async #loadAppearance(
    model: string,
    { cores, provider }: CameraParameters['detection'],
  ): Promise<SelfHealing<AppearanceModel>> {
    const { appearance: given } = this.#options;
    if (given) return new SelfHealing(leftOpen(given));
    return SelfHealing.load(this.#loader('the Siamese network', () => loadSiamese(model, cores, provider)));
  }

  #loader<Model extends ModelDetector | AppearanceModel>(what: string, load: () => Promise<Model>): Loader<Model> {
    return {
      load: async () => {
        const model = await load();
        this.#log.info({ model: model.name, provider: model.provider }, `${what} is loaded`);
        return model;
      },
      failed: (error) => this.#log.error({ reason: messageOf(error) }, `${what} has failed and is loaded anew`),
      restored: () => this.#log.info({}, `${what} works again`),
    };
  }

  #publish(): void {
    if (!this.mqtt) return;
    for (const { status } of this.cameras) {
      this.mqtt.value(status.name, 'people', status.people);
      this.mqtt.value(status.name, 'state', status.state);
    }
  }

  #prune(): void {
    const { keep, out } = this.#options;
    if (!keep) return;
    prune(out, keep).then(
      (files) => files.length > 0 && this.#log.info({ files }, 'old outputs removed'),
      (error: unknown) => this.#log.error({ reason: messageOf(error) }, 'cannot remove old outputs'),
    );
  }
}

/** @throws UsageError when a name is no name of a folder, or stands twice, or an address is none */
function checkCameras(cameras: readonly CameraSource[], realtime = false): void {
  const names = new Set<string>();
  for (const { name, url } of cameras) {
    if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/.test(name)) {
      throw new UsageError(`camera "${printable(name)}": a name is made of letters, digits, dots, - and _, at most 64`);
    }
    if (names.has(name.toLowerCase())) throw new UsageError(`camera "${name}": this name stands twice`);
    names.add(name.toLowerCase());
    addressOf(url, realtime);
  }
}
