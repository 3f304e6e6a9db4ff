import type { Provider } from '../inference/provider.ts';
import type { CalibratedSimilarity } from './calibration.ts';

/** An appearance model: embeds patches and compares the embeddings. */
export interface AppearanceModel extends CalibratedSimilarity {
  /** Its name in the outputs. */
  readonly name: string;
  /** SHA-256 of its files, in hexadecimal. */
  readonly sha256: string;
  /** What computes its network, where it has one. */
  readonly provider?: Provider;
  /**
   * Embeds patches. Several calls may run at once.
   *
   * @param patches n patches of {@link PATCH_BYTES} one after the other, planes R, G, B of bytes
   * @returns n × d, row by row
   * @throws TwintrackError when inference fails or the model is closed
   */
  embed(patches: Uint8Array): Promise<Float32Array>;
  /** Ends its threads and rejects the calls that are not done. */
  close(): Promise<void>;
}

/** A model that stays open when it is closed: it belongs to its maker. */
export function leftOpen(model: AppearanceModel): AppearanceModel {
  return {
    name: model.name,
    sha256: model.sha256,
    calibration: model.calibration,
    ...(model.provider && { provider: model.provider }),
    dimensions: model.dimensions,
    similarity: (a, i, b, j) => model.similarity(a, i, b, j),
    embed: (patches) => model.embed(patches),
    close: async () => {},
  };
}
