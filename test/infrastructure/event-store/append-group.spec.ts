import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { StoreUnavailable } from '../../../src/application/ports/event-store.port.js';
import { checkAppend } from '../../../src/infrastructure/event-store/checked-append.js';
import { QUEUED_APPENDS_MAX } from '../../../src/infrastructure/event-store/postgres/group-appender.js';
import {
  appendResults,
  appendStatement,
} from '../../../src/infrastructure/event-store/postgres/statements.js';
import { sampleAppend, sampleEvents } from '../../conformance/event-store/sample-events.js';
import { createLogDatabase, startStoreProcess } from '../../conformance/event-store/stores.js';
import type { StoreProcess } from '../../conformance/event-store/stores.js';
import type { TestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';

describe('appends in groups', () => {
  let database: TestDatabase;
  let process: StoreProcess;
  let client: pg.Client;
  beforeAll(async () => {
    database = await createLogDatabase();
    process = startStoreProcess(database.url);
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await process.close();
    await database.drop();
  });

  it('answers every append of one statement with its own verdict', async () => {
    const [known, fresh, missing] = [randomUUID(), randomUUID(), randomUUID()];
    const recorded = sampleAppend(known, 'any', sampleEvents(2));
    const other = randomUUID();
    const first = await process.store.append(recorded);
    await process.store.append({ ...sampleAppend(other), reserve: [known] });

    const { rows } = await client.query(
      appendStatement(
        [
          sampleAppend(fresh, 'no_stream', sampleEvents(3)),
          { ...recorded, expected: 7 },
          { ...sampleAppend(missing, 'stream_exists') },
          { ...sampleAppend(other, 0), release: [known] },
        ].map(checkAppend),
        250,
      ),
    );

    const results = appendResults(rows);
    expect(results).toEqual([
      { kind: 'appended', version: 2, position: expect.any(BigInt) },
      { ...first, kind: 'duplicate' },
      { kind: 'conflict', actualVersion: -1 },
      { kind: 'appended', version: 1, position: expect.any(BigInt) },
    ]);
    expect(await process.store.holders([known])).toEqual([]);
    const { rows: left } = await client.query('select from forewarn.streams where version = -1');
    expect(left).toHaveLength(0);
  });

  it('burns no position for a losing append', async () => {
    await process.store.append({ ...sampleAppend('holder'), reserve: ['burn'] });
    const before = await process.store.append(sampleAppend('burner'));

    await process.store.append(sampleAppend('burner', 'no_stream'));
    await process.store.append({ ...sampleAppend('other'), reserve: ['burn'] });
    const after = await process.store.append(sampleAppend('burner'));

    expect('position' in after && 'position' in before && after.position - before.position).toBe(
      1n,
    );
  });

  it('commits durably even where the session does not ask for it', async () => {
    await client.query('set synchronous_commit = off; begin');
    await client.query(appendStatement([checkAppend(sampleAppend(randomUUID()))], 250));
    const { rows } = await client.query('show synchronous_commit');
    await client.query('commit; reset synchronous_commit');

    expect(rows).toEqual([{ synchronous_commit: 'on' }]);
  });

  it('never lets an open append hold readers up for long: its idle transaction is ended', async () => {
    const careless = new pg.Client({ connectionString: database.url });
    const errors: unknown[] = [];
    careless.on('error', (error) => errors.push(error));
    const ended = new Promise((resolve) => careless.once('end', resolve));
    await careless.connect();
    await careless.query('begin');
    await careless.query(appendStatement([checkAppend(sampleAppend(randomUUID()))], 250));

    await ended;

    expect(errors[0]).toMatchObject({ code: '25P03' });
  });

  it('does not let an append on a locked stream fail or delay its neighbours', async () => {
    const locked = randomUUID();
    await process.store.append(sampleAppend(locked));
    await client.query('begin');
    await client.query('select from forewarn.streams where stream_id = $1 for update', [locked]);

    const stuck = process.store.append(sampleAppend(locked));
    const neighbours = await Promise.all(
      Array.from({ length: 20 }, () => process.store.append(sampleAppend(randomUUID()))),
    );
    await client.query('rollback');

    expect(new Set(neighbours.map(({ kind }) => kind))).toEqual(new Set(['appended']));
    expect(await stuck).toMatchObject({ kind: 'appended', version: 1 });
  });

  it('says so when an append loses a lock again and again, and has written nothing', async () => {
    const locked = randomUUID();
    await process.store.append(sampleAppend(locked));
    await client.query('begin');
    await client.query('select from forewarn.streams where stream_id = $1 for update', [locked]);

    const stuck = process.store.append(sampleAppend(locked));

    await expect(stuck).rejects.toThrow(StoreUnavailable);
    await client.query('rollback');
    expect((await process.store.readStream(locked)).version).toBe(0);
  });

  it('keeps the order of one caller on one stream', async () => {
    const streamId = randomUUID();
    const appends = Array.from({ length: 50 }, () => sampleAppend(streamId));

    await Promise.all(appends.map((append) => process.store.append(append)));

    const { events } = await process.store.readStream(streamId);
    expect(events.map(({ id }) => id)).toEqual(appends.flatMap(({ events: [e] }) => e?.id));
  });

  it('refuses what its queue cannot hold, and answers all that it holds', async () => {
    const streamId = randomUUID();
    const results = await Promise.allSettled(
      Array.from({ length: QUEUED_APPENDS_MAX + 5 }, (_, turn) =>
        process.store.append(sampleAppend(`${streamId}-${String(turn)}`)),
      ),
    );

    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(5);
    expect(refused[0]).toMatchObject({ reason: expect.any(StoreUnavailable) });
  });

  it('takes no deadlock from groups that take the same streams in other orders', async () => {
    const second = startStoreProcess(database.url);
    const streams = Array.from({ length: 40 }, (_, turn) => `cross-${String(turn)}`);
    const load = async (store: StoreProcess['store'], order: readonly string[]) => {
      for (let round = 0; round < 10; round += 1) {
        await Promise.all(order.map((streamId) => store.append(sampleAppend(streamId))));
      }
    };

    await Promise.all([load(process.store, streams), load(second.store, streams.toReversed())]);
    await second.close();

    const versions = await Promise.all(streams.map((id) => process.store.readStream(id)));
    expect(new Set(versions.map(({ version }) => version))).toEqual(new Set([19]));
    await eventually(async () => {
      const { rows } = await client.query<{ deadlocks: string }>(
        'select deadlocks from pg_stat_database where datname = current_database()',
      );
      expect(rows[0]?.deadlocks).toBe('0');
    });
  });
});
