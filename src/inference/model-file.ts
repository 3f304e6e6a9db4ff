import { fileURLToPath } from 'node:url';

/** The files of a Siamese network in its folder. */
export const SIAMESE_FILES = {
  embedding: 'siamese-embedding.onnx',
  head: 'siamese-head.onnx',
  calibration: 'siamese-calibration.json',
} as const;

/** The folder of the network that comes with the package. */
export const SHIPPED_SIAMESE = fileURLToPath(new URL('../../models/', import.meta.url));
