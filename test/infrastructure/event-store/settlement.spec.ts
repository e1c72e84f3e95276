import { randomUUID } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { checkAppend } from '../../../src/infrastructure/event-store/checked-append.js';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres/postgres.event-store.js';
import type { HeldHole } from '../../../src/infrastructure/event-store/postgres/settlement.js';
import { appendStatement } from '../../../src/infrastructure/event-store/postgres/statements.js';
import { Listener } from '../../../src/infrastructure/postgres/listener.js';
import { Postgres } from '../../../src/infrastructure/postgres/postgres.js';
import { sampleAppend, sampleEvents } from '../../conformance/event-store/sample-events.js';
import { createLogDatabase, startStoreProcess } from '../../conformance/event-store/stores.js';
import type { StoreProcess } from '../../conformance/event-store/stores.js';
import type { TestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';

describe('holes of the log', () => {
  let database: TestDatabase;
  let process: StoreProcess;
  let other: pg.Client;
  let held: HeldHole[];

  beforeEach(async () => {
    held = [];
    database = await createLogDatabase();
    process = startStoreProcess(database.url, {
      warnAfterMs: 50,
      onHeldHole: (hole) => held.push(hole),
    });
    other = new pg.Client({ connectionString: database.url });
    await other.connect();
    await other.query('set application_name = forewarn_test');
  });
  afterEach(async () => {
    await other.end();
    await process.close();
    await database.drop();
  });

  /** Numbers are taken, and the transaction stays open. */
  const appendOpenly = async (events: number) => {
    const append = sampleAppend(randomUUID(), 'any', sampleEvents(events));
    await other.query('begin');
    await other.query(appendStatement([checkAppend(append)], 250));
    // The function arms this for the careless; here the delay is the point.
    await other.query('set local idle_in_transaction_session_timeout = 0');
  };
  const positionsFrom = async (after: bigint) => {
    const page = await process.store.readAll(after, 10);
    return { positions: page.events.map(({ position }) => position), position: page.position };
  };
  const deadNumbers = () =>
    process.postgres.query<{ first: string; last: string }>({
      text: 'select first_position as first, last_position as last from forewarn.gap_log order by 1',
    });

  it('stops before a number that may still appear, at the very start of the log too', async () => {
    await appendOpenly(1);
    await process.store.append(sampleAppend('later'));

    const before = await positionsFrom(0n);
    const headBefore = await process.store.head();
    await other.query('commit');

    expect(before).toEqual({ positions: [], position: 0n });
    expect(headBefore).toBe(0n);
    expect(await positionsFrom(0n)).toEqual({ positions: [1n, 2n], position: 2n });
    expect(await process.store.head()).toBe(2n);
    expect(await deadNumbers()).toEqual([]);
  });

  it('gives what is in front of the hole meanwhile', async () => {
    await process.store.append(sampleAppend('before', 'any', sampleEvents(2)));
    await appendOpenly(1);
    await process.store.append(sampleAppend('later'));

    const before = await positionsFrom(0n);
    const head = await process.store.head();
    await other.query('commit');

    expect(before).toEqual({ positions: [1n, 2n], position: 2n });
    expect(head).toBe(2n);
  });

  it('passes numbers that were rolled back, and notes them', async () => {
    await process.store.append(sampleAppend('before'));
    await appendOpenly(3);
    await process.store.append(sampleAppend('later'));
    await other.query('rollback');

    expect(await positionsFrom(0n)).toEqual({ positions: [1n], position: 1n });
    expect(await positionsFrom(1n)).toEqual({ positions: [5n], position: 5n });
    expect(await positionsFrom(0n)).toEqual({ positions: [1n, 5n], position: 5n });
    expect(await deadNumbers()).toEqual([{ first: '2', last: '4' }]);
  });

  it('does not pass numbers at the end before something stands above them', async () => {
    await process.store.append(sampleAppend('before'));
    await appendOpenly(2);
    await other.query('rollback');

    const atEnd = await positionsFrom(1n);
    await process.store.append(sampleAppend('later'));

    expect(atEnd).toEqual({ positions: [], position: 1n });
    expect(await positionsFrom(1n)).toEqual({ positions: [4n], position: 4n });
  });

  it('is not held up by transactions that append nothing, however long', async () => {
    await other.query(
      'begin; create table unrelated (n integer); insert into unrelated values (1)',
    );
    await process.postgres.query({ text: "select nextval('forewarn.event_position')" });
    await process.store.append(sampleAppend('later'));

    expect(await positionsFrom(0n)).toEqual({ positions: [2n], position: 2n });
    await other.query('rollback');
  });

  it('warns of a hole that is held too long, names who holds it, and still does not skip it', async () => {
    await appendOpenly(1);
    await process.store.append(sampleAppend('later'));
    const { rows } = await other.query<{ pid: number }>('select pg_backend_pid() as pid');

    const [warning] = await eventually(async () => {
      expect(await positionsFrom(0n)).toEqual({ positions: [], position: 0n });
      expect(held).toHaveLength(1);
      return held;
    });

    expect(warning).toEqual({
      below: 2n,
      heldMs: expect.any(Number),
      pid: rows[0]?.pid,
      query: 'select pg_backend_pid() as pid',
    });
    await other.query('commit');
    expect((await positionsFrom(0n)).positions).toEqual([1n, 2n]);
  });

  it('a tail that waits at a hole goes on when it closes', async () => {
    await appendOpenly(1);
    await process.store.append(sampleAppend('later'));
    const stop = new AbortController();
    const seen: bigint[] = [];
    const tailing = (async () => {
      for await (const page of process.store.tail(0n, 10, stop.signal)) {
        seen.push(...page.events.map(({ position }) => position));
        if (seen.length === 2) stop.abort();
      }
    })();

    await other.query('commit');
    await tailing;

    expect(seen).toEqual([1n, 2n]);
  });

  it('a tail in another process goes on when notifications cannot be had', async () => {
    const deaf = new Postgres({ url: database.url });
    const store = new PostgresEventStore(deaf, new Listener(deaf));
    const stop = new AbortController();
    const seen: bigint[] = [];
    const tailing = (async () => {
      for await (const page of store.tail(0n, 10, stop.signal)) {
        seen.push(page.position);
      }
    })();

    await process.store.append(sampleAppend('first'));
    await eventually(() => {
      expect(seen).toEqual([1n]);
    });
    await process.store.append(sampleAppend('second'));
    await eventually(() => {
      expect(seen).toEqual([1n, 2n]);
    });
    stop.abort();
    await tailing;
    await store.close();
    await deaf.close();
  });

  it('holds in mode counter_row, and while the mode is switched with appends in flight', async () => {
    const appends: Promise<unknown>[] = [];
    const modes = ['counter_row', 'shared_tag', 'counter_row', 'shared_tag'];
    const stop = new AbortController();
    const seen = new Set<string>();
    const tailing = (async () => {
      for await (const page of process.store.tail(0n, 50, stop.signal)) {
        page.events.forEach(({ id }) => seen.add(id));
      }
    })();

    for (const mode of modes) {
      appends.push(
        ...Array.from({ length: 100 }, () => process.store.append(sampleAppend(randomUUID()))),
      );
      await process.postgres.query({
        text: 'select forewarn.set_append_mode($1)',
        values: [mode],
      });
    }
    await Promise.all(appends);
    await eventually(() => {
      expect(seen.size).toBe(400);
    });
    stop.abort();
    await tailing;

    await process.postgres.query({ text: "select forewarn.set_append_mode('counter_row')" });
    await appendOpenly(1);
    const waiting = process.store.append(sampleAppend('waits for the row'));
    await other.query('rollback');
    expect(await waiting).toMatchObject({ kind: 'appended', position: 402n });
    expect((await positionsFrom(400n)).positions).toEqual([402n]);
  });
});
