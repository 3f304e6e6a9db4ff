/** A number of people in words: `1 person`, `3 people`. */
export function people(count: number): string {
  return `${count} ${count === 1 ? 'person' : 'people'}`;
}
