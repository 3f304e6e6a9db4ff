import { availableParallelism } from 'node:os';
import { type AppearanceModel, leftOpen } from '../appearance/appearance-model.ts';
import { loadSiamese } from '../appearance/siamese.ts';
import { messageOf } from '../core/errors.ts';
import { fromCustom } from '../detection/custom-detector.ts';
import { type Detector, loadDetector, type ModelDetector } from '../detection/index.ts';
import type { InputOptions } from '../engine/open-run.ts';
import type { Log } from './monitoring/log.ts';
import type { CameraParameters } from './parameters.ts';
import { DetectorScheduler } from './scheduler.ts';
import { type Loader, SelfHealing } from './self-healing.ts';

/** The networks that all cameras share. */
export interface Models {
  readonly detector: SelfHealing<Detector>;
  readonly scheduler: DetectorScheduler;
  readonly appearance: SelfHealing<AppearanceModel> | undefined;
}

/**
 * Loads the networks that are not there yet: all or nothing.
 *
 * @param given what the caller has made itself, which stays open
 * @throws TwintrackError when one cannot be loaded
 */
export async function loadModels(
  given: Pick<InputOptions, 'detector' | 'appearance'>,
  { detection, appearance: { mode, model } }: CameraParameters,
  there: Partial<Models>,
  log: Log,
): Promise<Models> {
  const { detector: asked = 'rtmdet-nano' } = given;
  const named = typeof asked === 'string';
  const loadAppearance = () => {
    if (given.appearance) return new SelfHealing(leftOpen(given.appearance));
    const { cores, provider } = detection;
    return SelfHealing.load(loaderOf('the Siamese network', () => loadSiamese(model, cores, provider), log));
  };
  const detector =
    there.detector ??
    (named
      ? await SelfHealing.load(loaderOf('the detector', () => loadDetector(asked, detection), log))
      : new SelfHealing(fromCustom(asked)));
  try {
    const atOnce = !named || detection.parallel === 'operators' ? 1 : detection.cores || availableParallelism();
    return {
      detector,
      scheduler: there.scheduler ?? new DetectorScheduler(atOnce),
      appearance: mode === 'off' ? undefined : (there.appearance ?? (await loadAppearance())),
    };
  } catch (error) {
    if (!there.detector) await detector.close();
    throw error;
  }
}

function loaderOf<Model extends ModelDetector | AppearanceModel>(
  what: string,
  load: () => Promise<Model>,
  log: Log,
): Loader<Model> {
  return {
    load: async () => {
      const model = await load();
      log.info({ model: model.name, provider: model.provider }, `${what} is loaded`);
      return model;
    },
    failed: (error) => log.error({ reason: messageOf(error) }, `${what} has failed and is loaded anew`),
    restored: () => log.info({}, `${what} works again`),
  };
}
