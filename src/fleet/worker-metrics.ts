import { Counter, Gauge, Registry } from 'prom-client';
import type { CameraProgress } from './job-data.ts';

/** What a worker counts, in Prometheus' text format. */
export class WorkerMetrics {
  readonly #registry = new Registry();
  readonly #jobs = new Counter({ ...this.#of('jobs_total', 'Jobs by how they ended'), labelNames: ['result'] });
  readonly #frames = new Counter(this.#of('frames_total', 'Frames in the jobs that were done'));
  readonly #running = new Gauge(this.#of('job_running', 'Whether a job is in hand'));
  readonly #queue = new Gauge(this.#of('queue_up', 'Whether the queue answers'));
  readonly #cameras = new Gauge(this.#of('cameras', 'Cameras that this worker follows'));
  readonly #up = new Gauge({ ...this.#of('camera_up', 'Whether the camera sends pictures'), labelNames: ['camera'] });
  readonly #people = new Gauge({ ...this.#of('people', 'People in the last frame'), labelNames: ['camera'] });
  readonly #rate = new Gauge({ ...this.#of('camera_fps', 'Frames tracked a second'), labelNames: ['camera'] });

  begun(): void {
    this.#running.set(1);
  }

  /** @param frames in it, where it was done */
  ended(result: 'done' | 'failed', frames = 0): void {
    this.#running.set(0);
    this.#jobs.inc({ result });
    this.#frames.inc(frames);
  }

  connected(is: boolean): void {
    this.#queue.set(Number(is));
  }

  /** @param status of the cameras of this worker, by name */
  cameras(status: Readonly<Record<string, CameraProgress>>): void {
    for (const gauge of [this.#up, this.#people, this.#rate]) gauge.reset();
    this.#cameras.set(Object.keys(status).length);
    for (const [camera, { state, people, fps }] of Object.entries(status)) {
      this.#up.set({ camera }, Number(state === 'live'));
      this.#people.set({ camera }, people);
      this.#rate.set({ camera }, fps);
    }
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #of(name: string, help: string) {
    return { name: `twintrack_worker_${name}`, help, registers: [this.#registry] };
  }
}
