import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../errors.ts';

interface StreamOptions {
  out: string;
  port: number;
  host: string;
  token?: string;
  mqtt?: string;
  realtime?: boolean;
  record?: boolean;
  keep?: string;
  detector: string;
  config?: string;
  set: string[];
}

/** Everything is closed within this time of a signal to stop; what is not is completed at the next start. */
const CLOSE_SECONDS = 4.5;

/** Registers `twintrack stream`. */
export function streamCommand(program: Command): void {
  program
    .command('stream')
    .summary('follow the people at live cameras, until stopped')
    .description(
      'Follows the people at live cameras: RTSP, HTTP (MJPEG, HLS), video devices, or files played in real time.\n' +
        'Reconnects for ever. Writes events and hourly trajectories of each camera into a folder of its own, serves a\n' +
        'live page, /healthz and /metrics. SIGTERM and Ctrl-C end it with all outputs complete, SIGHUP re-reads --config.',
    )
    .argument('[url...]', 'rtsp://…, rtsps://…, http://…, https://…, /dev/video0, or a file with --realtime')
    .option('--out <dir>', 'folder for the results, made when missing', 'live')
    .option('--port <n>', 'port of the live page; 0 takes a free one', port, 8080)
    .option('--host <address>', 'address that the live page listens on', '127.0.0.1')
    .option('--token <secret>', 'what viewers must know; needed with --host (default: TWINTRACK_TOKEN)')
    .option('--mqtt <url>', 'publish events, counts and states to this broker')
    .option('--realtime', 'play files as if they were cameras')
    .option('--record', 'write the annotated video in segments')
    .option('--keep <age|size>', 'remove older outputs: 12h, 7d, 4w, 500MB, 10GB (default: keep all)')
    .option('--detector <name|file>', 'detector: centernet (shipped) or an ONNX file', 'centernet')
    .option('--config <file>', 'YAML file with cameras, and parameters by stage')
    .option('--set <stage.name=value>', 'set one parameter; may be repeated', (v, all: string[]) => [...all, v], [])
    .addHelpText(
      'after',
      `
Examples:
  twintrack stream rtsp://user:password@192.168.1.20/stream1
  twintrack stream --config cameras.yaml --out /var/lib/twintrack --keep 30d --record
  twintrack stream rtsp://camera/1 --mqtt mqtt://localhost
  twintrack stream rtsp://camera/1 --host 0.0.0.0 --token "$(openssl rand -hex 16)"
  twintrack stream videos/pets09-s2l1.mp4 --realtime     without a camera

A config file names the cameras, and may hold parameters by stage (docs/parameters.md lists them):
  cameras:
    - name: entrance
      url: rtsp://user:password@192.168.1.20/stream1
  live:
    eventRate: 2`,
    )
    .action(async (urls: string[], _: unknown, command: Command) => {
      process.exitCode = await stream(urls, command.optsWithGlobals<StreamOptions>());
    });
}

/** Returns the exit code: 0 after SIGTERM, which is how a service is stopped, 130 after Ctrl-C. */
async function stream(urls: readonly string[], options: StreamOptions): Promise<number> {
  const { config, set, out, detector, realtime, record, mqtt, host, port } = options;
  const { openLog, parseKeep, startLive, startServer } = await import('../live/index.ts');
  const { loadConfiguration } = await import('../live/configuration.ts');
  const keep = options.keep === undefined ? undefined : parseKeep(options.keep);
  const { cameras, parameters } = await loadConfiguration(urls, config, set);
  if (cameras.length === 0) {
    throw new UsageError('stream: no camera; for example: twintrack stream rtsp://user:password@192.168.1.20/stream1');
  }
  const log = await openLog();
  let stop: (signal: NodeJS.Signals) => void = () => {};
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    stop = resolve;
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  const live = await startLive({ cameras, parameters, out, detector, realtime, record, keep, mqtt, log });
  const reload = () => {
    loadConfiguration(urls, config, set)
      .then((configuration) => live.reconfigure(configuration))
      .then(() => log.info({ cameras: live.cameras.length }, 'configuration read again'))
      .catch((error: unknown) =>
        log.error({ reason: error instanceof Error ? error.message : String(error) }, 'the configuration is not taken'),
      );
  };
  process.on('SIGHUP', reload);
  let signal: NodeJS.Signals = 'SIGTERM';
  try {
    const token = options.token || process.env.TWINTRACK_TOKEN;
    const server = await startServer(live, { host, port, token });
    log.info({ url: server.url }, 'live page');
    signal = await stopped;
    log.info({ signal }, 'stopping');
    await server.close();
  } finally {
    const late = setTimeout(() => {
      log.warn({}, 'not all outputs are complete; the next start completes them');
      process.exit(signal === 'SIGINT' ? 130 : 0);
    }, 1000 * CLOSE_SECONDS);
    await live.close();
    clearTimeout(late);
    process.off('SIGHUP', reload);
  }
  log.info({}, 'stopped');
  return signal === 'SIGINT' ? 130 : 0;
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('it must be a number from 0 to 65535.');
}
