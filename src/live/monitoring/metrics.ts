import { Counter, Gauge, Registry } from 'prom-client';
import type { LiveStatus } from '../live.ts';
import type { CameraStatus } from './statistics.ts';

type Sample = readonly [value: number, labels?: Readonly<Record<string, string>>];
type Samples = (status: LiveStatus) => readonly Sample[];
type Definition = readonly [name: string, help: string, labels: readonly string[], samples: Samples];

/** Samples of each camera. */
const all =
  (samples: (camera: CameraStatus) => readonly Sample[]): Samples =>
  ({ cameras }) =>
    cameras.flatMap((camera) =>
      samples(camera).map(([value, labels]): Sample => [value, { camera: camera.name, ...labels }]),
    );
/** One sample of each camera. */
const each = (value: (camera: CameraStatus) => number): Samples => all((camera) => [[value(camera)]]);

const GAUGES: readonly Definition[] = [
  ['camera_up', 'Whether the camera sends pictures', ['camera'], each(({ state }) => Number(state === 'live'))],
  ['people', 'People in the last frame', ['camera'], each(({ people }) => people)],
  [
    'zone_people',
    'People in a zone',
    ['camera', 'zone'],
    all(({ zones }) => zones.map(({ name: zone, inside }) => [inside, { zone }])),
  ],
  ['frame_age_seconds', 'Time since the last frame', ['camera'], all(({ age }) => (age === undefined ? [] : [[age]]))],
  [
    'latency_seconds',
    'Time from the arrival of a frame to its tracks',
    ['camera', 'quantile'],
    all(({ latency, latency95 }) => [
      [latency, { quantile: '0.5' }],
      [latency95, { quantile: '0.95' }],
    ]),
  ],
  ['detector_up', 'Whether the detector works', [], ({ detector }) => [[Number(detector.works)]]],
  [
    'appearance_up',
    'Whether the Siamese network works',
    [],
    ({ appearance }) => (appearance ? [[Number(appearance.works)]] : []),
  ],
  ['mqtt_up', 'Whether the broker is connected', [], ({ mqtt }) => (mqtt ? [[Number(mqtt.connected)]] : [])],
  ['uptime_seconds', 'Time since the start', [], ({ uptime }) => [[uptime]]],
  ['resident_memory_bytes', 'Resident memory without ffmpeg', [], () => [[process.memoryUsage().rss]]],
  ['heap_used_bytes', 'JavaScript heap in use', [], () => [[process.memoryUsage().heapUsed]]],
];

const COUNTERS: readonly Definition[] = [
  ['tracks_total', 'People tracked', ['camera'], each(({ tracks }) => tracks)],
  [
    'line_crossings_total',
    'Crossings of a line',
    ['camera', 'line', 'direction'],
    all(({ lines }) =>
      lines.flatMap(({ name: line, ...ways }): Sample[] => [
        [ways.in, { line, direction: 'in' }],
        [ways.out, { line, direction: 'out' }],
      ]),
    ),
  ],
  [
    'zone_entries_total',
    'Entries into a zone',
    ['camera', 'zone'],
    all(({ zones }) => zones.map(({ name: zone, entered }) => [entered, { zone }])),
  ],
  [
    'ignored_detections_total',
    'Detections left out in an ignore area',
    ['camera', 'area'],
    all(({ ignored }) => ignored.map(({ name: area, ignored: value }) => [value, { area }])),
  ],
  ['frames_received_total', 'Frames that the camera sent', ['camera'], each(({ received }) => received)],
  ['frames_processed_total', 'Frames in which people were tracked', ['camera'], each(({ processed }) => processed)],
  ['frames_dropped_total', 'Frames skipped in favour of newer ones', ['camera'], each(({ dropped }) => dropped)],
  ['reconnects_total', 'Connections after the first', ['camera'], each(({ reconnects }) => reconnects)],
  [
    'recording_frames_dropped_total',
    'Frames left out of the recording',
    ['camera'],
    each(({ recordingDropped }) => recordingDropped),
  ],
  ['lines_lost_total', 'Lines that could not be written to disk', ['camera'], each(({ linesLost }) => linesLost)],
  ['mqtt_dropped_total', 'MQTT messages dropped', [], ({ mqtt }) => (mqtt ? [[mqtt.dropped]] : [])],
  ['cpu_seconds_total', 'CPU time without ffmpeg', [], () => [[cpuSeconds()]]],
];

/** Makes a registry of metrics. The function returned gives them in Prometheus' text format 0.0.4. */
export function createMetrics(): (status: LiveStatus) => Promise<string> {
  const registry = new Registry();
  const configuration = ([name, help, labelNames]: Definition) => ({
    ...{ name: `twintrack_${name}`, help, labelNames },
    registers: [registry],
  });
  const gauges = GAUGES.map((gauge) => [new Gauge(configuration(gauge)), gauge] as const);
  const counters = COUNTERS.map((counter) => [new Counter(configuration(counter)), counter] as const);
  return (status) => {
    for (const [gauge, [, , labelNames, samples]] of gauges) {
      gauge.reset();
      if (labelNames.length === 0) gauge.remove(); // `reset` leaves a 0, also of what there is not
      for (const [value, labels = {}] of samples(status)) gauge.set(labels, value);
    }
    for (const [counter, [, , labelNames, samples]] of counters) {
      counter.reset();
      if (labelNames.length === 0) counter.remove();
      for (const [value, labels = {}] of samples(status)) counter.inc(labels, value);
    }
    return registry.metrics();
  };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
