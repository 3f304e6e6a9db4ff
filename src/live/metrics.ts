import type { LiveStatus } from './live.ts';
import type { CameraStatus } from './statistics.ts';

type Samples = readonly (readonly [labels: string, value: number])[];

/** The state as Prometheus reads it (text format 0.0.4). */
export function metricsText({ uptime, cameras, detector, mqtt }: LiveStatus): string {
  const each = (value: (status: CameraStatus) => number): Samples =>
    cameras.map((status) => [`{camera="${status.name}"}`, value(status)]);
  const latency: Samples = cameras.flatMap(({ name, latency, latency95 }) => [
    [`{camera="${name}",quantile="0.5"}`, latency] as const,
    [`{camera="${name}",quantile="0.95"}`, latency95] as const,
  ]);
  const { rss, heapUsed } = process.memoryUsage();
  const cpu = process.cpuUsage();
  return [
    metric(
      'camera_up',
      'gauge',
      'Whether pictures come',
      each(({ state }) => Number(state === 'live')),
    ),
    metric(
      'people',
      'gauge',
      'People in the last frame',
      each(({ people }) => people),
    ),
    metric(
      'tracks_total',
      'counter',
      'People followed',
      each(({ tracks }) => tracks),
    ),
    metric(
      'frames_received_total',
      'counter',
      'Frames that came',
      each(({ received }) => received),
    ),
    metric(
      'frames_processed_total',
      'counter',
      'Frames looked at',
      each(({ processed }) => processed),
    ),
    metric(
      'frames_dropped_total',
      'counter',
      'Frames left out for newer ones',
      each(({ dropped }) => dropped),
    ),
    metric(
      'reconnects_total',
      'counter',
      'Connections after the first',
      each(({ reconnects }) => reconnects),
    ),
    metric(
      'frame_age_seconds',
      'gauge',
      'Time since the last frame',
      each(({ age }) => age ?? Number.NaN),
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
      each(({ linesLost }) => linesLost),
    ),
    metric('detector_up', 'gauge', 'Whether the detector works', [['', Number(detector.works)]]),
    ...(mqtt
      ? [
          metric('mqtt_up', 'gauge', 'Whether the broker is there', [['', Number(mqtt.connected)]]),
          metric('mqtt_dropped_total', 'counter', 'Messages given up', [['', mqtt.dropped]]),
        ]
      : []),
    metric('uptime_seconds', 'gauge', 'Time since the start', [['', uptime]]),
    metric('cpu_seconds_total', 'counter', 'CPU time, ffmpeg not counted', [['', (cpu.user + cpu.system) / 1e6]]),
    metric('resident_memory_bytes', 'gauge', 'Resident memory, ffmpeg not counted', [['', rss]]),
    metric('heap_used_bytes', 'gauge', 'JavaScript heap in use', [['', heapUsed]]),
  ].join('');
}

function metric(name: string, type: 'gauge' | 'counter', help: string, samples: Samples): string {
  const full = `twintrack_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${labels} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join('')}`;
}
