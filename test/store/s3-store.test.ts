import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openStore, type Store } from '../../src/store/store.ts';
import { needs } from '../needs.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { describeStore } from './contract.ts';
import { S3_SERVER, type S3Server, startS3 } from './s3-server.ts';

describe('a store in S3', needs(...S3_SERVER), () => {
  let server: S3Server;
  const open: Store[] = [];
  const reach = (env: Record<string, string | undefined> = {}) => {
    for (const [name, value] of Object.entries({ ...server.env, ...env })) vi.stubEnv(name, value);
  };
  beforeAll(async () => {
    server = await startS3();
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    for (const store of open.splice(0)) await store.close();
  });
  afterAll(() => server.stop());

  let count = 0;
  describeStore(async () => {
    reach();
    const store = await openStore(`s3://${server.bucket}/test/${++count}`);
    open.push(store);
    return { store, folder: temporaryFolder() };
  });

  it('is the whole bucket without a prefix, and lists more than fits in one answer', async () => {
    reach();
    const file = join(temporaryFolder(), 'content');
    await writeFile(file, 'content');
    const store = await openStore(`s3://${server.bucket}`);
    open.push(store);
    const wanted = Array.from({ length: 1005 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
    for (let i = 0; i < wanted.length; i += 15)
      await Promise.all(wanted.slice(i, i + 15).map((key) => store.put(key, file)));
    const keys: string[] = [];
    for await (const key of store.list('many/')) keys.push(key);
    expect(keys).toEqual(wanted);
    expect(store.name).toBe(`s3://${server.bucket}`);
  });

  it.each([
    ['wrong secret', { AWS_SECRET_ACCESS_KEY: 'wrong' }, 'the secret key is wrong; set AWS_ACCESS_KEY_ID and '],
    ['wrong key', { AWS_ACCESS_KEY_ID: 'wrong' }, 'the access key is not known there; set AWS_ACCESS_KEY_ID and '],
    ['no server', { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, 'nothing answers there; check the network and AWS_'],
  ])('says what is wrong: %s', async (_, env, reason) => {
    reach(env);
    await expect(openStore(`s3://${server.bucket}/x`)).rejects.toThrow(`s3://${server.bucket}/x: ${reason}`);
  });

  it('says that there is no such bucket', async () => {
    reach();
    await expect(openStore('s3://no-such-bucket/x')).rejects.toThrow(
      's3://no-such-bucket/x: there is no such bucket; ',
    );
  });

  it.each(['s3://', 's3:///x', 's3://UPPER/x', 's3://key:secret@bucket/x'])('does not open %j', async (url) => {
    const opened = openStore(url);
    await expect(opened).rejects.toThrow('is no bucket; give s3://bucket/prefix');
    await expect(opened).rejects.not.toThrow('secret');
  });
});
