import { z } from 'zod';
import { parametersSchema } from '../engine/parameters.ts';

const number = (value: number, min: number, max: number, unit: string, description: string) =>
  z.number().min(min).max(max).default(value).describe(description).meta({ unit });

/** Parameters of live cameras, with their defaults. */
export const liveParameters = z.strictObject({
  eventRate: number(1, 0, 60, '1/s', 'How often a tracked person gets an `updated` event; 0 never'),
  connectSeconds: number(10, 1, 300, 's', 'A new connection without a picture for this long is closed'),
  stallSeconds: number(
    3,
    0.5,
    300,
    's',
    'A connection is closed when no picture arrives for this long (and for the time of four frames)',
  ),
  retryMinSeconds: number(0.25, 0.05, 60, 's', 'First wait of the exponential back-off before reconnecting'),
  retryMaxSeconds: number(30, 0.05, 3600, 's', 'Longest wait of the exponential back-off before reconnecting'),
  outageSeconds: number(5, 0, 60, 's', 'Tracks are kept for this long while a camera is disconnected'),
  unhealthySeconds: number(60, 1, 86_400, 's', '`/healthz` answers 503 when no camera has been live for this long'),
  viewers: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(64)
    .describe('Streams of pictures and figures served at once; more are answered with 503')
    .meta({ unit: 'streams' }),
  pictureRate: number(10, 0.1, 60, '1/s', 'Annotated pictures per second for viewers, at most'),
  pictureWidth: z
    .number()
    .int()
    .min(64)
    .max(7680)
    .default(960)
    .describe('Pictures for viewers are scaled down to this width')
    .meta({ unit: 'pixels' }),
  segmentSeconds: number(600, 1, 86_400, 's', 'Length of a segment of a recording'),
  mqttTopic: z
    .string()
    .regex(/^[^#+\s]+$/, 'it must be a topic without # and +')
    .default('twintrack')
    .describe('First part of every MQTT topic')
    .meta({ unit: '' }),
  mqttBuffer: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(1000)
    .describe('Messages kept while the broker is disconnected; the oldest are dropped')
    .meta({ unit: 'messages' }),
});

/** Parameters of live cameras; see {@link liveParameters}. */
export type LiveParameters = z.infer<typeof liveParameters>;

/** Every parameter of a live run: those of a run on a file, and the section `live`. */
export const cameraParametersSchema = parametersSchema.extend({ live: liveParameters.prefault({}) });

/** The parameters of a live run, complete. */
export type CameraParameters = z.infer<typeof cameraParametersSchema>;
