import type {
  ConsumerKey,
  ConsumerSink,
  Tenure,
} from '../../../src/application/ports/consumer.port.js';
import type { ReadModel } from '../../../src/projections/shared/read-model.js';
import type { RowChange } from '../../../src/projections/shared/row-change.js';

export const keyOf = ({ name, version }: ReadModel): ConsumerKey => ({ name, version, shard: 0 });

/** Commits batch after batch like a projector does. */
export class Writer {
  private tenure: Tenure | null = null;

  constructor(
    private readonly sink: ConsumerSink<RowChange>,
    private readonly key: ConsumerKey,
  ) {}

  /** Where the last batch ended. */
  get position(): bigint {
    return this.tenure?.position ?? 0n;
  }

  async write(changes: readonly RowChange[], position?: bigint): Promise<void> {
    this.tenure ??= await this.sink.acquire(this.key, 'writer', 60_000);
    if (this.tenure === null) throw new TypeError('somebody else has the consumer');
    const next = position ?? this.tenure.position + 1n;
    const batch = { changes, position: next, leaseMs: 60_000 };
    const result = await this.sink.commit(this.key, this.tenure, batch);
    if (result === 'lost') throw new TypeError('somebody else took the consumer over');
    this.tenure = { ...this.tenure, position: next };
  }
}
