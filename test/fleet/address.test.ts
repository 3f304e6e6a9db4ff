import { describe, expect, it, vi } from 'vitest';
import { queueAddress, redisOptions, storeAddress } from '../../src/fleet/address.ts';

describe('the address of a queue', () => {
  it.each([
    ['redis://h:6379', 'redis'],
    ['rediss://h', 'redis'],
    ['postgres://h/database', 'postgres'],
    ['postgresql://h/database', 'postgres'],
  ])('%s', (url, kind) => {
    expect(queueAddress(url)).toEqual({ kind, url, name: url });
  });

  it('is shown without its password', () => {
    expect(queueAddress('redis://:sesame@h:6379').name).toBe('redis://***@h:6379');
    expect(queueAddress('postgres://user:sesame@h/database').name).toBe('postgres://***@h/database');
    expect(() => queueAddress('mysql://user:sesame@h')).toThrow('--queue: mysql://***@h is no queue; give redis://');
  });

  it('is taken from the environment', () => {
    expect(() => queueAddress(undefined)).toThrow('--queue: is missing; name it, or set TWINTRACK_QUEUE');
    expect(() => storeAddress(undefined)).toThrow('--store: is missing; name a folder or s3://bucket, or set');
    vi.stubEnv('TWINTRACK_QUEUE', 'redis://h');
    vi.stubEnv('TWINTRACK_STORE', '/mnt/share');
    expect([queueAddress().url, storeAddress()]).toEqual(['redis://h', '/mnt/share']);
    vi.unstubAllEnvs();
  });

  it('gives the options of a connection to Redis', () => {
    expect(redisOptions(queueAddress('redis://h'))).toEqual({ host: 'h', port: 6379 });
    expect(redisOptions(queueAddress('rediss://user:p%40ss@[::1]:7000/2'))).toEqual({
      host: '::1',
      port: 7000,
      username: 'user',
      password: 'p@ss',
      db: 2,
      tls: {},
    });
    expect(() => redisOptions(queueAddress('redis://h/jobs'))).toThrow('redis://h/jobs: "jobs" is no database');
  });
});
