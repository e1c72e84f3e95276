import type { Lease, LeaseChange } from '../../../application/ports/leases.port.js';

export interface TimedLease extends Lease {
  readonly leaseMs: number;
}

/** A batch that no longer depends on the order of its changes: closes, then opens, then extensions, one a target each. */
export interface LeaseBatch {
  readonly closes: readonly Lease[];
  readonly opens: readonly TimedLease[];
  readonly extensions: readonly TimedLease[];
}

export function leaseBatch(changes: readonly LeaseChange[]): LeaseBatch {
  const closes = new Map<string, Lease>();
  const opens = new Map<string, TimedLease>();
  const extensions = new Map<string, TimedLease>();
  for (const change of changes) {
    const { lease } = change;
    const key = keyOf(lease);
    switch (change.kind) {
      case 'open':
        if (isNewer(lease, opens.get(key))) opens.set(key, { ...lease, leaseMs: change.leaseMs });
        break;
      case 'extend':
        extensions.set(key, { ...lease, leaseMs: change.leaseMs });
        break;
      case 'close':
        closes.set(key, lease);
        if (!isNewer(opens.get(key), lease)) opens.delete(key);
        if (!isNewer(extensions.get(key), lease)) extensions.delete(key);
    }
  }
  return {
    closes: [...closes.values()],
    opens: [...opens.values()],
    extensions: [...extensions.values()],
  };
}

const isNewer = (lease: Lease | undefined, than: Lease | undefined): boolean =>
  (lease?.fence ?? -1) > (than?.fence ?? -1);

const keyOf = ({ streamId, targetId }: Lease): string => `${streamId}\n${targetId}`;
