import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import type { RecordedEvent } from '../../../src/application/ports/event-store.port.js';
import { READ_MODELS } from '../../../src/projections/read-models.js';
import { digestRows } from '../../../src/projections/shared/digest-rows.js';
import type { RowsDigest } from '../../../src/projections/shared/digest-rows.js';
import { consumerOf } from '../../../src/projections/shared/read-model.js';
import { randomLog } from '../../support/random-log.js';
import { openMemory, openPostgres } from './stores.js';
import type { ReadModelStore } from './stores.js';
import { Writer, keyOf } from './writer.js';

describe('read models of the product', () => {
  it('come out bit for bit the same, however the log is cut into batches (promise 7)', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomLog({ steps: 150 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
        async ({ events }, sizes) => {
          const stores = await Promise.all([openPostgres(READ_MODELS), openMemory(READ_MODELS)]);
          const digests = await Promise.all(
            stores.map((each, index) => replay(each, events, index === 0 ? sizes : [1])),
          );
          await Promise.all(stores.map((each) => each.close()));
          expect(digests[0]).toEqual(digests[1]);
        },
      ),
      { numRuns: 12 },
    );
  });
});

async function replay(
  store: ReadModelStore,
  events: readonly RecordedEvent[],
  sizes: readonly number[],
): Promise<Readonly<Record<string, RowsDigest>>> {
  const digests: Record<string, RowsDigest> = {};
  for (const model of READ_MODELS) {
    const writer = new Writer(store.sink(model), keyOf(model));
    const { project } = consumerOf(model);
    for (let from = 0, turn = 0; from < events.length; turn += 1) {
      const batch = events.slice(from, (from += sizes[turn % sizes.length] ?? 1));
      await writer.write(batch.flatMap(project), batch.at(-1)?.position);
    }
    digests[model.name] = await digestRows(store.reader.scan(model));
  }
  return digests;
}
