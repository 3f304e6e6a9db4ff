/**
 * Boxes, ids, paths, zones and captions drawn on pictures.
 *
 * @module twintrack/annotation
 */
export { Annotator, type AnnotatorOptions } from './annotator.ts';
export { type AnnotationParameters, annotationParameters } from './parameters.ts';
