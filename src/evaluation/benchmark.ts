/** The MOTChallenge releases whose preprocessing is known. */
export const BENCHMARKS = ['mot15', 'mot16', 'mot17', 'mot20'] as const;
export type Benchmark = (typeof BENCHMARKS)[number];

/** Class of the people that results must find, from 2016 on. */
export const PEDESTRIAN = 1;
/** Classes are 1 to this. */
export const LAST_CLASS = 13;

/**
 * Classes whose boxes are neither right nor wrong to find, so that a result that matches one is left out: 2 person on vehicle,
 * 7 static person, 8 distractor, 12 reflection; in MOT20 also 6, non-motorised vehicle.
 */
export const DISTRACTORS: Readonly<Record<Benchmark, readonly number[]>> = {
  mot15: [],
  mot16: [2, 7, 8, 12],
  mot17: [2, 7, 8, 12],
  mot20: [2, 6, 7, 8, 12],
};

/**
 * The release a ground truth file has the form of: eight or nine columns carry classes from 2016 on (MOT20 differs only in its
 * distractors, so its sequences' name decides); any other number of columns is MOT15.
 *
 * @param columns number of columns of the file
 * @param name name of the sequence
 */
export function benchmarkOf(columns: number, name: string): Benchmark {
  if (columns !== 8 && columns !== 9) return 'mot15';
  return /^mot20/i.test(name) ? 'mot20' : 'mot17';
}
