/** The videos of each benchmark: of sets that have a video in common. */
export function benchmarksOf(all: readonly (readonly string[])[]): string[][] {
  const found: Set<string>[] = [];
  for (const videos of all) {
    const known = found.find((benchmark) => videos.some((video) => benchmark.has(video)));
    if (known) for (const video of videos) known.add(video);
    else found.push(new Set(videos));
  }
  return found.map((benchmark) => [...benchmark].sort());
}
