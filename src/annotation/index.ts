export { Annotator, type AnnotatorOptions } from './annotator.ts';
export { type AnnotationParameters, annotationParameters } from './parameters.ts';
