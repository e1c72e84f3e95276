import type { RecordedEvent } from '../../src/application/ports/event-store.port.js';
import { MemoryReadModels } from '../../src/infrastructure/read-models/memory/memory.read-models.js';
import { READ_MODELS } from '../../src/projections/read-models.js';
import { consumerOf } from '../../src/projections/shared/read-model.js';
import type { ReadModel } from '../../src/projections/shared/read-model.js';
import { FakeClock } from './fake-clock.js';

/** All read models after these events, one event at a time and without a loop. */
export class ProjectedLog {
  readonly models: MemoryReadModels;
  private readonly consumers = READ_MODELS.map((model) => ({
    model,
    project: consumerOf(model).project,
  }));

  constructor(
    events: readonly RecordedEvent[] = [],
    readonly clock = new FakeClock(),
  ) {
    this.models = new MemoryReadModels(clock);
    for (const event of events) this.add(event);
  }

  add(event: RecordedEvent): void {
    for (const { model, project } of this.consumers) {
      for (const change of project(event)) this.models.table(model).apply(change);
    }
  }

  /** All rows, hidden ones too. */
  rows<Row extends object, Flags extends object>(model: ReadModel<Row, Flags>): readonly Row[] {
    return this.models.table(model as unknown as ReadModel).all() as unknown as readonly Row[];
  }
}
