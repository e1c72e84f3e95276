import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { StoreUnavailable } from '../../../src/application/ports/event-store.port.js';
import type { Append } from '../../../src/application/ports/event-store.port.js';
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

  describe('takes its locks in one order, so that no two groups wait for each other', () => {
    /** What can still be locked while an append waits for the locked row. */
    const freeWhileWaiting = async (lock: string, appends: readonly Append[], probe: string) => {
      const waiter = new pg.Client({ connectionString: database.url });
      await waiter.connect();
      await client.query(`begin; ${lock}`);
      const waiting = waiter.query(appendStatement(appends.map(checkAppend), 20_000));
      await eventually(async () => {
        const { rows } = await client.query(
          "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        );
        expect(rows).toHaveLength(1);
      });
      const free = await process.postgres.query<{ id: string }>({ text: probe });
      await client.query('rollback');
      await waiting;
      await waiter.end();
      return free.map(({ id }) => id);
    };

    it('streams by their ids, whatever the order of the entries', async () => {
      await Promise.all(['z', 'm', 'a'].map((id) => process.store.append(sampleAppend(id))));

      const free = await freeWhileWaiting(
        "select from forewarn.streams where stream_id = 'm' for update",
        [sampleAppend('z'), sampleAppend('m'), sampleAppend('a')],
        "select stream_id as id from forewarn.streams where stream_id in ('a', 'z') for update skip locked",
      );

      expect(free).toEqual(['z']);
    });

    it('targets by their ids, taken and let go alike, and all of them before the stream', async () => {
      await process.store.append({ ...sampleAppend('s1'), reserve: ['a1', 'z1'] });
      await process.store.append({ ...sampleAppend('s2'), reserve: ['m1'] });

      const free = await freeWhileWaiting(
        "select from forewarn.reservations where target_id = 'm1' for update",
        [{ ...sampleAppend('s1'), reserve: ['z1', 'm1'], release: ['a1'] }],
        `with t as (select target_id as id from forewarn.reservations where target_id in ('a1', 'z1') for update skip locked),
            s as (select stream_id as id from forewarn.streams where stream_id = 's1' for update skip locked)
          select id from t union all select id from s`,
      );

      expect(free).toEqual(['z1', 's1']);
    });

    it('released targets of a whole group before its streams', async () => {
      await process.store.append({ ...sampleAppend('s3'), reserve: ['a3', 'z3'] });
      await process.store.append({ ...sampleAppend('s4'), reserve: ['m3'] });

      const free = await freeWhileWaiting(
        "select from forewarn.reservations where target_id = 'm3' for update",
        [
          { ...sampleAppend('s3'), release: ['z3', 'a3'] },
          { ...sampleAppend('s4'), release: ['m3'] },
        ],
        `with t as (select target_id as id from forewarn.reservations where target_id in ('a3', 'z3') for update skip locked),
            s as (select stream_id as id from forewarn.streams where stream_id = 's3' for update skip locked)
          select id from t union all select id from s`,
      );

      expect(free).toEqual(['z3', 's3']);
    });
  });
});
