import type { Clock } from '../../../application/ports/clock.port.js';
import type {
  ConsumerKey,
  ConsumerSink,
  Tenure,
} from '../../../application/ports/consumer.port.js';
import { MemoryConsumerSink } from '../../../application/shared/memory.consumer-sink.js';
import type { ReadModel } from '../../../projections/shared/read-model.js';
import type { RowChange } from '../../../projections/shared/row-change.js';
import { MemoryTable } from './memory-table.js';

/** Read models without a database, for tests and simulations: the same rows under the same rules. */
export class MemoryReadModels {
  private readonly kept = new Map<string, { table: MemoryTable; sink: MemoryReadModelSink }>();

  constructor(private readonly clock: Clock) {}

  table(model: ReadModel): MemoryTable {
    return this.keep(model).table;
  }

  sink(model: ReadModel): ConsumerSink<RowChange> {
    return this.keep(model).sink;
  }

  /** Position of the model's last committed batch. */
  position(model: ReadModel): bigint {
    return this.keep(model).sink.position;
  }

  /** The place of one version of a read model; made when it is asked for first. */
  private keep(model: ReadModel): { table: MemoryTable; sink: MemoryReadModelSink } {
    const id = `${model.name} ${String(model.version)}`;
    const known = this.kept.get(id);
    if (known !== undefined) return known;
    const table = new MemoryTable(model.table);
    const kept = { table, sink: new MemoryReadModelSink(this.clock, table) };
    this.kept.set(id, kept);
    return kept;
  }
}

/** Also knows how far it is, for those who wait. */
class MemoryReadModelSink extends MemoryConsumerSink<RowChange> {
  position = 0n;

  constructor(clock: Clock, table: MemoryTable) {
    super(clock, (changes) => {
      for (const change of changes) table.apply(change);
    });
  }

  override async commit(
    key: ConsumerKey,
    tenure: Tenure,
    batch: {
      readonly changes: readonly RowChange[];
      readonly position: bigint;
      readonly leaseMs: number;
    },
  ): Promise<'committed' | 'lost'> {
    const result = await super.commit(key, tenure, batch);
    if (result === 'committed') this.position = batch.position;
    return result;
  }
}
