/**
 * Loaded into the command by the soak: appends a line of JSON to the file TWINTRACK_SOAK_MEMORY every 15 s, with the memory before and after
 * a garbage collection in bytes, and the number of things that keep the process alive (sockets, timers, children).
 */
import { appendFileSync } from 'node:fs';
import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

const SECONDS = 15;

if (isMainThread) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const sample = () => {
    const { rss } = memoryUsage();
    collect();
    const resources = process.getActiveResourcesInfo().length;
    const line = { time: Date.now() / 1000, rss, resources, after: memoryUsage() };
    appendFileSync(String(process.env.TWINTRACK_SOAK_MEMORY), `${JSON.stringify(line)}\n`);
  };
  setInterval(sample, 1000 * SECONDS).unref();
}
