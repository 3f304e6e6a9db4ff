import type { LiveStatus } from '../live.ts';
import type { CameraStatus } from './statistics.ts';

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** The state as Prometheus reads it (text format 0.0.4). */
export function metricsText({ uptime, cameras, detector, appearance, mqtt }: LiveStatus): string {
  const all = (samples: (status: CameraStatus) => readonly Sample[]): Sample[] =>
    cameras.flatMap((status) =>
      samples(status).map(([labels, value]): Sample => [{ camera: status.name, ...labels }, value]),
    );
  const each = (value: (status: CameraStatus) => number) => all((status) => [[{}, value(status)]]);
  const one = (value: number): Sample[] => [[{}, value]];
  const latency = all((s) => [
    [{ quantile: '0.5' }, s.latency],
    [{ quantile: '0.95' }, s.latency95],
  ]);
  const crossings = all(({ lines }) =>
    lines.flatMap(({ name: line, ...ways }): Sample[] => [
      [{ line, direction: 'in' }, ways.in],
      [{ line, direction: 'out' }, ways.out],
    ]),
  );
  const inside = all(({ zones }) => zones.map(({ name: zone, inside }): Sample => [{ zone }, inside]));
  const entered = all(({ zones }) => zones.map(({ name: zone, entered }): Sample => [{ zone }, entered]));
  const up = each(({ state }) => Number(state === 'live'));
  const { rss, heapUsed } = process.memoryUsage();
  const cpu = process.cpuUsage();
  return [
    metric('camera_up', 'gauge', 'Whether pictures come', up),
    metric(
      'people',
      'gauge',
      'People in the last frame',
      each((s) => s.people),
    ),
    metric(
      'tracks_total',
      'counter',
      'People followed',
      each((s) => s.tracks),
    ),
    metric('line_crossings_total', 'counter', 'People who crossed a line', crossings),
    metric('zone_people', 'gauge', 'People in a zone', inside),
    metric('zone_entries_total', 'counter', 'How often somebody entered a zone', entered),
    metric(
      'frames_received_total',
      'counter',
      'Frames that came',
      each((s) => s.received),
    ),
    metric(
      'frames_processed_total',
      'counter',
      'Frames looked at',
      each((s) => s.processed),
    ),
    metric(
      'frames_dropped_total',
      'counter',
      'Frames left out for newer ones',
      each((s) => s.dropped),
    ),
    metric(
      'reconnects_total',
      'counter',
      'Connections after the first',
      each((s) => s.reconnects),
    ),
    metric(
      'frame_age_seconds',
      'gauge',
      'Time since the last frame',
      each((s) => s.age ?? Number.NaN),
    ),
    metric('latency_seconds', 'gauge', 'From the arrival of a frame to the tracks in it', latency),
    metric(
      'recording_frames_dropped_total',
      'counter',
      'Frames a recording left out',
      each((s) => s.recordingDropped),
    ),
    metric(
      'lines_lost_total',
      'counter',
      'Lines the disk could not take',
      each((s) => s.linesLost),
    ),
    metric('detector_up', 'gauge', 'Whether the detector works', one(Number(detector.works))),
    metric(
      'appearance_up',
      'gauge',
      'Whether the Siamese network works',
      appearance ? one(Number(appearance.works)) : [],
    ),
    metric('mqtt_up', 'gauge', 'Whether the broker is there', mqtt ? one(Number(mqtt.connected)) : []),
    metric('mqtt_dropped_total', 'counter', 'Messages given up', mqtt ? one(mqtt.dropped) : []),
    metric('uptime_seconds', 'gauge', 'Time since the start', one(uptime)),
    metric('cpu_seconds_total', 'counter', 'CPU time, ffmpeg not counted', one((cpu.user + cpu.system) / 1e6)),
    metric('resident_memory_bytes', 'gauge', 'Resident memory, ffmpeg not counted', one(rss)),
    metric('heap_used_bytes', 'gauge', 'JavaScript heap in use', one(heapUsed)),
  ].join('');
}

/** One metric; nothing where it has no samples. */
function metric(name: string, type: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  const full = `twintrack_${name}`;
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    return `${full}${pairs.length > 0 ? `{${pairs}}` : ''} ${value}\n`;
  });
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join('')}`;
}

/** The value of a label may hold any character. */
function escaped(text: string): string {
  return text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n');
}
