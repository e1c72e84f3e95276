import type { Clock } from '../ports/clock.port.js';
import { ConsumerSink } from '../ports/consumer.port.js';
import type { ConsumerKey, Tenure } from '../ports/consumer.port.js';

interface Holding {
  owner: string | null;
  epoch: number;
  position: bigint;
  leaseUntil: number;
}

/** Twin of the sinks in the database, for the stores that live in memory. */
export class MemoryConsumerSink<Change> extends ConsumerSink<Change> {
  private readonly holdings = new Map<string, Holding>();

  constructor(
    private readonly clock: Clock,
    private readonly apply: (changes: readonly Change[]) => void,
  ) {
    super();
  }

  override acquire(key: ConsumerKey, owner: string, leaseMs: number): Promise<Tenure | null> {
    const known = this.holdings.get(textOf(key));
    const now = this.clock.now();
    const isTaken =
      known !== undefined &&
      known.owner !== null &&
      known.owner !== owner &&
      known.leaseUntil > now;
    if (isTaken) return Promise.resolve(null);
    const { epoch, position } = known ?? { epoch: 0, position: 0n };
    const next = { owner, epoch: epoch + 1, position, leaseUntil: now + leaseMs };
    this.holdings.set(textOf(key), next);
    return Promise.resolve({ epoch: next.epoch, position });
  }

  override commit(
    key: ConsumerKey,
    tenure: Tenure,
    batch: {
      readonly changes: readonly Change[];
      readonly position: bigint;
      readonly leaseMs: number;
    },
  ): Promise<'committed' | 'lost'> {
    const holding = this.holdings.get(textOf(key));
    const isOurs = holding?.epoch === tenure.epoch && holding.position === tenure.position;
    if (!isOurs || batch.position < holding.position) {
      return Promise.resolve('lost');
    }
    this.apply(batch.changes);
    holding.position = batch.position;
    holding.leaseUntil = this.clock.now() + batch.leaseMs;
    return Promise.resolve('committed');
  }

  override release(key: ConsumerKey, { epoch }: Tenure): Promise<void> {
    const holding = this.holdings.get(textOf(key));
    if (holding?.epoch === epoch) holding.owner = null;
    return Promise.resolve();
  }
}

const textOf = ({ name, version, shard }: ConsumerKey): string =>
  `${name}/${String(version)}/${String(shard)}`;
