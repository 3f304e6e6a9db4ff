import type { AppearanceOdds } from './appearance.ts';
import type { Feet } from './camera.ts';
import type { FloorPerson } from './person.ts';
import type { FloorView } from './view.ts';

/** People nearer than this, in metres, may be taken for each other: what keeps them apart is learned from them. */
export const NEAR = 1;
/** The appearance of detections further than this from a person, in metres, is not compared. */
const FAR = 2;

/** For each person and detection of a view the log-odds that they are the same, by their appearance. */
export function compare(
  odds: AppearanceOdds,
  people: readonly FloorPerson[],
  { camera, time, scores, embeddings }: FloorView,
  { positions: z }: Feet,
): Float64Array {
  const similar = new Float64Array(people.length * scores.length);
  if (!embeddings) return similar;
  people.forEach(({ appearance, x, y, filter: { covariance } }, i) => {
    const far = FAR + 3 * Math.sqrt(covariance[0] + covariance[5]);
    for (let j = 0; j < scores.length; j++)
      if (Math.hypot(z[2 * j] - x, z[2 * j + 1] - y) < far)
        similar[i * scores.length + j] = odds.of(appearance, camera, time, embeddings, j);
  });
  return similar;
}

/** Learns how much the embeddings of all views say together. */
export function weigh(
  odds: AppearanceOdds,
  people: readonly FloorPerson[],
  views: readonly FloorView[],
  similar: readonly Float64Array[],
): void {
  for (let i = 0; i < people.length; i++) {
    for (let k = 0; k < people.length; k++) {
      if (
        people[i].id === 0 ||
        people[k].id === 0 ||
        !(Math.hypot(people[i].x - people[k].x, people[i].y - people[k].y) < NEAR)
      )
        continue;
      let [sum, count] = [0, 0];
      for (let v = 0; v < views.length; v++) {
        if (!views[v].embeddings || people[k].rows[v] < 0) continue;
        sum += similar[v][i * views[v].scores.length + people[k].rows[v]];
        count++;
      }
      if (count > 0) odds.weigh(sum / count, i === k);
    }
  }
}

/** Learns what embeddings say, and remembers those of this step. */
export function remember(odds: AppearanceOdds, people: readonly FloorPerson[], views: readonly FloorView[]): void {
  for (let v = 0; v < views.length; v++) {
    const { camera, time, scores, embeddings } = views[v];
    if (!embeddings) continue;
    const length = embeddings.length / scores.length;
    for (const { id, rows, appearance, x, y } of people) {
      if (id === 0) continue;
      for (const other of people)
        if (other.id > 0 && other.rows[v] >= 0 && Math.hypot(other.x - x, other.y - y) < NEAR)
          odds.learn(appearance, camera, time, embeddings, other.rows[v], other.rows === rows);
    }
    for (const { rows, appearance } of people)
      if (rows[v] >= 0) appearance.take(camera, time, embeddings, rows[v], length);
  }
}
