import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { messageOf, UsageError } from '../core/errors.ts';
import type { Live } from '../live/live.ts';
import { type Log, openLog } from '../live/monitoring/log.ts';
import type { Reloaded } from '../live/reload.ts';
import { configOption, portNumber, setOption } from './options.ts';

interface StreamOptions {
  out: string;
  port: number;
  host: string;
  token?: string;
  adminToken?: string;
  tlsCert?: string;
  tlsKey?: string;
  check?: string | true;
  mqtt?: string;
  realtime?: boolean;
  record?: boolean;
  keep?: string;
  site?: string;
  remember?: string;
  detector: string;
  config?: string;
  set: string[];
}

/** Outputs are completed within this time of a signal to stop, or else at the next start. */
const CLOSE_SECONDS = 4.5;

/** Registers `twintrack stream`. */
export function streamCommand(program: Command): void {
  program
    .command('stream')
    .summary('track the people at live cameras, until stopped')
    .description(
      'Tracks the people at live cameras and streams: RTSP, HTTP (MJPEG, HLS), RTMP, SRT, MPEG-TS over UDP or RTP, webcams, or files played ' +
        'in real time. `twintrack cameras` finds the cameras on the network. ' +
        'Reconnects when a connection ends. Writes the events and hourly trajectories of each camera into its own folder, ' +
        'and serves a live page, /healthz and /metrics. SIGTERM and Ctrl-C complete all outputs; SIGHUP, or the admin by POST /api/reload, ' +
        'reads --config again.',
    )
    .argument(
      '[url...]',
      'rtsp(s)://…, http(s)://…, rtmp(s)://…, srt://…, udp://…, rtp://…, /dev/video0, or a file with --realtime',
    )
    .option('--out <dir>', 'folder for the outputs, created when missing', 'live')
    .option('--port <n>', 'port of the live page; 0 takes a free one', portNumber, 8080)
    .option('--host <address>', 'address that the live page listens on', '127.0.0.1')
    .option(
      '--token <secret>',
      'password of the live page, 16 characters or more (default: TWINTRACK_TOKEN; with --host one is made, in <out>/token)',
    )
    .option(
      '--admin-token <secret>',
      'for POST /api/reload, which does what SIGHUP does (default: TWINTRACK_ADMIN_TOKEN; with --host one is made, in <out>/admin-token)',
    )
    .option('--tls-cert <file>', 'certificate in PEM: the live page is served by https')
    .option('--tls-key <file>', 'its key in PEM')
    .option('--check [config]', 'try every camera once, print a table, and end')
    .option('--mqtt <url>', 'publish events, counts and states to this MQTT broker')
    .option('--realtime', 'play files as cameras, in real time')
    .option('--record', 'record the annotated video in segments')
    .option('--keep <age|size>', 'remove older outputs: 12h, 7d, 4w, 500MB, 10GB (default: keep all)')
    .option('--site <file>', 'the cameras of a site (docs/site.md): a person keeps one id over all of them')
    .option(
      '--remember <age>',
      'with --site: people are known again by their appearance for so long: 30m, 8h, 1d; 0: never (default: 1h)',
    )
    .option('--detector <name|file>', 'detector: rtmdet-nano (shipped) or an ONNX file', 'rtmdet-nano')
    .addOption(configOption('cameras, and parameters by stage'))
    .addOption(setOption())
    .addHelpText(
      'after',
      `
Examples:
  twintrack stream rtsp://user:password@192.168.1.20/stream1
  twintrack stream --config cameras.yaml --out /var/lib/twintrack --keep 30d --record
  twintrack stream rtsp://camera/1 --mqtt mqtt://localhost
  twintrack stream rtsp://camera/1 --host 0.0.0.0        for others too; the token is in live/token
  twintrack stream srt://:9000?mode=listener             an encoder sends to this machine
  twintrack stream --config cameras.yaml --site site.yaml    one id for a person over all cameras
  twintrack stream --check cameras.yaml                  which cameras can be reached, and why not
  twintrack stream videos/pets09-s2l1.mp4 --realtime     a file in place of a camera

A config file lists cameras and parameters by stage (docs/parameters.md has them all):
  cameras:
    - name: entrance
      url: rtsp://user:password@192.168.1.20/stream1
  live:
    eventRate: 2`,
    )
    .action(async (urls: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<StreamOptions>();
      if (options.check !== undefined) {
        const { checkCameras } = await import('./stream-check.ts');
        process.exitCode = await checkCameras(urls, options);
      } else process.exitCode = await stream(urls, options);
    });
}

/** Returns the exit code: 0 after SIGTERM, which stops a service, 130 after Ctrl-C. */
async function stream(urls: readonly string[], options: StreamOptions): Promise<number> {
  const stopped = stopSignal();
  const log = openLog();
  const running = run(urls, options, log);
  process.on('SIGHUP', () => {
    running.then(({ reload }) => reload()).catch(() => {}); // logged, or awaited below
  });
  const codeOf = (signal: NodeJS.Signals) => (signal === 'SIGINT' ? 130 : 0);
  stopped.then(async (signal) => {
    const { info, warn } = await log;
    info({ signal }, 'stopping');
    await sleep(1000 * CLOSE_SECONDS, undefined, { ref: false });
    warn({}, 'not all outputs are complete; the next start completes them');
    process.exit(codeOf(signal));
  });
  const { close } = await running;
  const signal = await stopped;
  await close();
  (await log).info({}, 'stopped');
  return codeOf(signal);
}

/** Resolves with the first SIGTERM or SIGINT. A second SIGINT ends the process at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let stopping = false;
    const stop = (signal: NodeJS.Signals) => {
      if (stopping && signal === 'SIGINT') process.exit(130);
      stopping = true;
      resolve(signal);
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  });
}

/** Starts the server and the cameras: the server first, so that a port that is taken is reported before any camera is started. */
async function run(urls: readonly string[], options: StreamOptions, opening: Promise<Log>) {
  const { config, set, out, detector, realtime, record, mqtt, host, port } = options;
  const { parseKeep, parseRemember, startLive } = await import('../live/index.ts');
  const { loadConfiguration } = await import('../live/configuration.ts');
  const { isLoopback } = await import('../live/monitoring/loopback.ts');
  const { openServer, requireLength } = await import('../live/monitoring/server.ts');
  const { makeToken } = await import('../live/outputs/token.ts');
  const { reload } = await import('../live/reload.ts');
  const keep = options.keep === undefined ? undefined : parseKeep(options.keep);
  if (options.remember !== undefined && !options.site) throw new UsageError('--remember: only with --site');
  const remember = options.remember === undefined ? undefined : parseRemember(options.remember);
  const configuration = await loadConfiguration(urls, config, set);
  if (configuration.cameras.length === 0 && !configuration.skipped?.length) {
    throw new UsageError('stream: no camera; for example: twintrack stream rtsp://user:password@192.168.1.20/stream1');
  }
  const { tlsCert, tlsKey } = options;
  if (!tlsCert !== !tlsKey) throw new UsageError('--tls-cert and --tls-key: both are needed, or none');
  const site = options.site === undefined ? undefined : await (await import('../site/index.ts')).readSite(options.site);
  const log = await opening;
  const tokenOf = async (given: string | undefined, name: 'token' | 'admin-token', wants: string) => {
    if (given || isLoopback(host)) return given;
    const { token, path } = await makeToken(out, name);
    log.info({ file: path }, wants);
    return token;
  };
  const { TWINTRACK_TOKEN, TWINTRACK_ADMIN_TOKEN } = process.env;
  const given = { viewer: options.token || TWINTRACK_TOKEN, admin: options.adminToken || TWINTRACK_ADMIN_TOKEN };
  requireLength('--token', given.viewer);
  requireLength('--admin-token', given.admin);
  const token = await tokenOf(given.viewer, 'token', 'the live page wants a token');
  const adminToken = await tokenOf(given.admin, 'admin-token', 'POST /api/reload wants the token of the admin');
  let live: Live | undefined;
  const readAgain = async (): Promise<Reloaded> => {
    try {
      const reloaded = await reload(live!, () => loadConfiguration(urls, config, set)); // none is asked for before it is there
      const { cameras, skipped } = reloaded;
      log.info({ cameras: cameras.length, skipped: skipped.length }, 'configuration read again');
      return reloaded;
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'the configuration is not taken');
      throw error;
    }
  };
  const editor =
    config !== undefined && /\.ya?ml$/i.test(config)
      ? (await import('../zones/live-editor.ts')).liveEditor({ find: () => live, config, reload: readAgain })
      : undefined;
  const server = await openServer({
    host,
    port,
    token,
    ...(adminToken && { admin: { token: adminToken, reload: readAgain, editor } }),
    ...(tlsCert && tlsKey && { tls: { cert: tlsCert, key: tlsKey } }),
  });
  try {
    live = await startLive({ ...configuration, out, detector, realtime, record, keep, mqtt, site, remember, log });
    const cameras = live;
    server.show(cameras);
    log.info({ url: server.url }, 'live page');
    return {
      reload: readAgain,
      close: async () => {
        await server.close();
        await cameras.close();
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}
