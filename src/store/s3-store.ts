import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type * as Sdk from '@aws-sdk/client-s3';
import { printable, UsageError } from '../core/errors.ts';
import { readError, writeError } from '../files/file-errors.ts';
import { importPackage } from '../files/optional-package.ts';
import { temporaryPath } from '../files/temporary.ts';
import { checkKey } from './key.ts';
import { s3Error, statusOf } from './s3-errors.ts';
import type { Store } from './types.ts';

/** Bytes that go in one request, and are in memory for it: a request that fails is sent again. */
const PART = 8 << 20;
/** Bytes that go in one request at most, from the disk. */
const LARGEST = 5 * 2 ** 30;
/** Parts that a file may have. */
const MOST_PARTS = 10_000;
const ADDRESS = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/+(.*?))?\/*$/;

/** A store in a bucket of S3, or of a server that speaks its protocol. */
export class S3Store implements Store {
  readonly name: string;
  readonly #sdk: typeof Sdk;
  readonly #client: Sdk.S3Client;
  readonly #bucket: string;
  /** Ends in a slash where there is one. */
  readonly #prefix: string;

  private constructor(sdk: typeof Sdk, client: Sdk.S3Client, bucket: string, prefix: string) {
    this.#sdk = sdk;
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    this.name = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
  }

  /**
   * Opens a bucket, and asks for what it holds.
   *
   * @param url `s3://bucket/prefix`
   * @throws TwintrackError when its package is not installed, or the bucket cannot be listed
   */
  static async open(url: string): Promise<S3Store> {
    const [, bucket, prefix = ''] = ADDRESS.exec(url) ?? [];
    if (bucket === undefined)
      throw new UsageError(
        `${printable(url)}: is no bucket; give s3://bucket/prefix, and credentials by AWS_ACCESS_KEY_ID`,
      );
    if (prefix !== '') checkKey(prefix);
    const sdk = await importPackage<typeof Sdk>('@aws-sdk/client-s3', 'a store in S3');
    const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
    const client = new sdk.S3Client({
      // Servers other than Amazon's have no region, nor a host for each bucket, nor do all of them take checksums behind the content.
      ...(endpoint ? { endpoint, forcePathStyle: true, region: process.env.AWS_REGION ?? 'us-east-1' } : {}),
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      logger: { debug() {}, info() {}, warn() {}, error() {} }, // a request that fails is reported once, by what it was for
    });
    const store = new S3Store(sdk, client, bucket, prefix);
    try {
      await store.#page('', undefined, 1);
    } catch (error) {
      client.destroy();
      throw error;
    }
    return store;
  }

  async put(key: string, file: string, { ifAbsent = false } = {}): Promise<boolean> {
    const place = this.#place(key);
    if (ifAbsent && (await this.has(key))) return false;
    const handle = await open(file).catch((error) => {
      throw readError(file, error);
    });
    try {
      const { size } = await handle.stat();
      const condition = ifAbsent ? ({ IfNoneMatch: '*' } as const) : {};
      if (size > (ifAbsent ? LARGEST : PART)) await this.#putParts(place, condition, handle, size);
      else {
        // Not every server holds to the condition where parts are put together.
        const Body = size > PART ? createReadStream(file) : await bytesOf(handle, 0, size, file);
        const whole = { ...place, ...condition, Body, ContentLength: size };
        await this.#client.send(new this.#sdk.PutObjectCommand(whole));
      }
      return true;
    } catch (error) {
      if (ifAbsent && (statusOf(error) === 412 || statusOf(error) === 409) && (await this.has(key))) return false;
      throw s3Error(this.#nameOf(key), error);
    } finally {
      await handle.close();
    }
  }

  async get(key: string, file: string): Promise<void> {
    const { Body } = await this.#ask(key, (place) => this.#client.send(new this.#sdk.GetObjectCommand(place)));
    const temporary = temporaryPath(file, 'tmp');
    try {
      const target = createWriteStream(temporary, { flags: 'wx' });
      await pipeline(Body as Readable, target);
      await rename(temporary, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw s3Error(this.#nameOf(key), error);
      throw writeError(file, error);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async has(key: string): Promise<boolean> {
    const place = this.#place(key);
    try {
      await this.#client.send(new this.#sdk.HeadObjectCommand(place));
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw s3Error(this.#nameOf(key), error);
    }
  }

  async *list(prefix: string): AsyncIterable<string> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/'));
    if (folder !== '') checkKey(folder);
    let next: string | undefined;
    do {
      const { Contents = [], NextContinuationToken } = await this.#page(prefix, next);
      for (const { Key } of Contents) if (Key && !Key.endsWith('/')) yield Key.slice(this.#prefix.length);
      next = NextContinuationToken;
    } while (next !== undefined);
  }

  async remove(key: string): Promise<void> {
    await this.#ask(key, (place) => this.#client.send(new this.#sdk.DeleteObjectCommand(place)));
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  /** A large file, in parts: it is not there before all of them are. */
  async #putParts(place: Place, condition: { IfNoneMatch?: '*' }, handle: FileHandle, size: number): Promise<void> {
    const length = Math.max(PART, Math.ceil(size / MOST_PARTS));
    const { UploadId } = await this.#client.send(new this.#sdk.CreateMultipartUploadCommand(place));
    try {
      const Parts: Sdk.CompletedPart[] = [];
      for (let from = 0; from < size; from += length) {
        const PartNumber = Parts.length + 1;
        const Body = await bytesOf(handle, from, Math.min(length, size - from), place.Key);
        const part = new this.#sdk.UploadPartCommand({ ...place, UploadId, PartNumber, Body });
        const { ETag } = await this.#client.send(part);
        Parts.push({ PartNumber, ...(ETag === undefined ? {} : { ETag }) });
      }
      const whole = { ...place, UploadId, MultipartUpload: { Parts }, ...condition };
      await this.#client.send(new this.#sdk.CompleteMultipartUploadCommand(whole));
    } catch (error) {
      await this.#client.send(new this.#sdk.AbortMultipartUploadCommand({ ...place, UploadId })).catch(() => {});
      throw error;
    }
  }

  async #page(prefix: string, next: string | undefined, most?: number): Promise<Sdk.ListObjectsV2CommandOutput> {
    try {
      const request = new this.#sdk.ListObjectsV2Command({
        Bucket: this.#bucket,
        Prefix: this.#prefix + prefix,
        ...(next === undefined ? {} : { ContinuationToken: next }),
        ...(most === undefined ? {} : { MaxKeys: most }),
      });
      return await this.#client.send(request);
    } catch (error) {
      throw s3Error(this.name, error);
    }
  }

  async #ask<T>(key: string, request: (place: Place) => Promise<T>): Promise<T> {
    const place = this.#place(key);
    try {
      return await request(place);
    } catch (error) {
      throw s3Error(this.#nameOf(key), error);
    }
  }

  #place(key: string): Place {
    checkKey(key);
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }

  #nameOf(key: string): string {
    return `${this.name}/${key}`;
  }
}

interface Place {
  readonly Bucket: string;
  readonly Key: string;
}

/** Some bytes of a file. @throws Error when it became shorter */
async function bytesOf(handle: FileHandle, position: number, length: number, name: string): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await handle.read(buffer, at, length - at, position + at);
    if (bytesRead === 0) throw new Error(`${name} became shorter while it was read`);
    at += bytesRead;
  }
  return buffer;
}
