import { printable } from '../core/errors.ts';
import type { Finding } from './doctor-text.ts';

/** Clocks that differ by more seconds disturb what is to happen later: locks and second tries. */
const CLOCKS_APART = 2;

/** What to check; `true` stands for the environment variable. */
export interface FleetFlags {
  readonly queue?: string | true | undefined;
  readonly store?: string | true | undefined;
}

/** Checks a queue, whether jobs are safe in it, its workers, and a store by writing to it. */
export async function examineFleet({ queue, store }: FleetFlags): Promise<Finding[]> {
  const given = (value: string | true | undefined) => (value === true ? undefined : value);
  return [
    ...(queue === undefined ? [] : await examineQueue(given(queue))),
    ...(store === undefined ? [] : [await examineStore(given(store))]),
  ];
}

async function examineQueue(url: string | undefined): Promise<Finding[]> {
  const { queueAddress } = await import('../fleet/address.ts');
  const { askServer } = await import('../fleet/server.ts');
  const address = queueAddress(url);
  try {
    const { version, ahead, faults } = await askServer(address);
    const apart = Math.abs(ahead) > CLOCKS_APART;
    return [
      { part: 'queue', ok: true, found: `${version} at ${address.name}` },
      {
        part: 'queue’s clock',
        ok: !apart,
        found: `${Math.abs(ahead).toFixed(1)} s ${ahead < 0 ? 'behind' : 'ahead of'} this machine`,
        ...(apart && { fix: 'set the clocks of all machines by NTP' }),
      },
      ...faults.map(({ found, fix }) => ({ part: 'safety of jobs', ok: false, found, fix })),
      ...(faults.length === 0 ? [{ part: 'safety of jobs', ok: true, found: 'kept on disk, none is dropped' }] : []),
      ...(await examineWorkers(address)),
    ];
  } catch (error) {
    return [failed('queue', error)];
  }
}

async function examineWorkers(
  address: Parameters<typeof import('./fleet-options.ts').openFleet>[0],
): Promise<Finding[]> {
  const { openFleet } = await import('./fleet-options.ts');
  const { thisKind } = await import('../fleet/kind.ts');
  const { listKinds } = await import('../fleet/overview.ts');
  const connection = await openFleet(address);
  try {
    const own = await thisKind();
    const kinds = await listKinds(connection);
    const nameOf = ({ version, models }: { version: string; models: string }) => `${version} (models ${models})`;
    const { workers = [] } = kinds.find((kind) => nameOf(kind) === nameOf(own)) ?? {};
    const others = kinds.filter(
      (kind) => nameOf(kind) !== nameOf(own) && (kind.workers.length > 0 || kind.waiting > 0),
    );
    return [
      { part: 'workers', ok: true, found: `${workers.length} of this version, ${nameOf(own)}` },
      ...others.map((kind) => ({
        part: 'other versions',
        ok: false,
        found: `${kind.workers.length} workers and ${kind.waiting} waiting jobs of ${nameOf(kind)}`,
        fix: 'have one version on all machines; jobs of another one wait for its workers',
      })),
    ];
  } finally {
    await connection.close();
  }
}

async function examineStore(where: string | undefined): Promise<Finding> {
  const { storeAddress } = await import('../fleet/address.ts');
  const { checkStore } = await import('../fleet/check-store.ts');
  const address = storeAddress(where);
  try {
    await checkStore(address);
    return { part: 'store', ok: true, found: `${printable(address)} can be written to` };
  } catch (error) {
    return failed('store', error);
  }
}

function failed(part: string, error: unknown): Finding {
  const [found, ...fix] = (error instanceof Error ? error.message : String(error)).split('; ');
  return { part, ok: false, found, ...(fix.length > 0 && { fix: fix.join('; ') }) };
}
