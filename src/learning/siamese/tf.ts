import type * as Core from '@tensorflow/tfjs-core';
import type * as Layers from '@tensorflow/tfjs-layers';

/** TensorFlow.js, whichever package it comes from. */
export type Tf = typeof Core & typeof Layers;
