import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { afterEach, describe, expect, it } from '@jest/globals';

import { StoreUnavailable } from '../../../src/application/ports/event-store.port.js';
import type { Append, EventStore } from '../../../src/application/ports/event-store.port.js';
import { startPostgres } from '../../../src/infrastructure/embedded-postgres/embedded-postgres.js';
import { migrate } from '../../../src/infrastructure/postgres/migrate.js';
import { sampleAppend, sampleEvents } from '../../conformance/event-store/sample-events.js';
import { createLogDatabase, startStoreProcess } from '../../conformance/event-store/stores.js';
import { eventually } from '../../support/eventually.js';

const CALLERS = 32;

/** Callers that append until they are told to stop, and note what they were answered. */
class Load {
  readonly acknowledged: Append[] = [];
  readonly unknown: Append[] = [];
  private isStopping = false;
  private readonly callers: Promise<void>[];

  constructor(private readonly store: EventStore) {
    this.callers = Array.from({ length: CALLERS }, (_, caller) => this.call(caller));
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all(this.callers);
  }

  private async call(caller: number): Promise<void> {
    for (let turn = 0; !this.isStopping; turn += 1) {
      const append = sampleAppend(`load-${String((caller + turn) % 50)}`, 'any', sampleEvents(2));
      try {
        await this.store.append(append);
        this.acknowledged.push(append);
      } catch (error) {
        // Anything else fails the test through `stop`, and stops this caller.
        if (!(error instanceof StoreUnavailable)) throw error;
        this.unknown.push(append);
      }
    }
  }
}

async function expectWhole(store: EventStore, load: Load): Promise<void> {
  const recorded = new Map<string, string[]>();
  for (let after = 0n; ;) {
    const page = await store.readAll(after, 1_000);
    page.events.forEach(({ id, streamId, version }) => {
      recorded.set(id, [...(recorded.get(id) ?? []), `${streamId}@${String(version)}`]);
    });
    if (page.position === after) break;
    after = page.position;
  }
  expect([...recorded.values()].filter((places) => places.length > 1)).toEqual([]);
  const missing = load.acknowledged.filter(({ events }) =>
    events.some(({ id }) => !recorded.has(id)),
  );
  expect(missing).toEqual([]);
  const halves = load.unknown.filter(
    ({ events }) => new Set(events.map(({ id }) => recorded.has(id))).size > 1,
  );
  expect(halves).toEqual([]);
}

describe('outages', () => {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) {
      await cleanup();
    }
  });

  it('keeps every acknowledged append, once, while its connections are killed', async () => {
    const database = await createLogDatabase();
    cleanups.push(() => database.drop());
    const process = startStoreProcess(database.url);
    const observer = startStoreProcess(database.url);
    cleanups.push(
      () => process.close(),
      () => observer.close(),
    );
    const load = new Load(process.store);
    cleanups.push(() => load.stop());

    // A writer that happens to be idle is not killed: go on until an answer was lost.
    for (let round = 0; round < 8 || load.unknown.length === 0; round += 1) {
      const before = load.acknowledged.length;
      await eventually(() => {
        expect(load.acknowledged.length).toBeGreaterThan(before + 100);
      });
      await observer.postgres.query({
        text: `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'forewarn writer' and state = 'active'`,
      });
    }
    await load.stop();

    expect(load.unknown.length).toBeGreaterThan(0);
    await expectWhole(observer.store, load);
  });

  it('tells whoever repeats an append of unknown fate what became of it', async () => {
    const database = await createLogDatabase();
    cleanups.push(() => database.drop());
    const process = startStoreProcess(database.url);
    cleanups.push(() => process.close());
    const load = new Load(process.store);
    cleanups.push(() => load.stop());
    await eventually(async () => {
      await process.postgres.query({
        text: `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'forewarn writer' and state = 'active'`,
      });
      expect(load.unknown.length).toBeGreaterThan(0);
    });
    await load.stop();

    const again = await Promise.all(load.unknown.map((append) => process.store.append(append)));

    expect(
      again.map(({ kind }) => kind).filter((kind) => !/appended|duplicate/.test(kind)),
    ).toEqual([]);
    await expectWhole(process.store, load);
    const [append] = load.unknown;
    expect(await process.store.findEvent(append?.events[0]?.id ?? '')).not.toBeNull();
  });

  it('recovers without a new process when the database is stopped under load and started again', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'forewarn-outage-'));
    fs.chmodSync(folder, 0o755);
    const dataDir = path.join(folder, 'pg');
    cleanups.push(() => fs.promises.rm(folder, { recursive: true, force: true }));
    const first = await startPostgres({ dataDir });
    cleanups.push(() => first.stop());
    await migrate(first.url);
    const process = startStoreProcess(first.url);
    cleanups.push(() => process.close());
    const other = startStoreProcess(first.url);
    cleanups.push(() => other.close());
    const stop = new AbortController();
    const tailed = new Set<string>();
    const tailing = (async () => {
      for await (const page of other.store.tail(0n, 500, stop.signal)) {
        page.events.forEach(({ id }) => tailed.add(id));
      }
    })();
    const load = new Load(process.store);
    cleanups.push(() => load.stop());
    await eventually(() => {
      expect(load.acknowledged.length).toBeGreaterThan(200);
    });

    await first.stop();
    const reading = process.store.readStream(randomUUID());
    await expect(reading).rejects.toThrow(StoreUnavailable);
    const reserving = { ...sampleAppend(randomUUID()), reserve: [randomUUID()] };
    await expect(process.store.append(reserving)).rejects.toThrow(StoreUnavailable);
    const second = await startPostgres({ dataDir, port: first.port });
    cleanups.push(() => second.stop());
    const before = load.acknowledged.length;
    await eventually(() => {
      expect(load.acknowledged.length).toBeGreaterThan(before + 200);
    });
    await load.stop();

    await expectWhole(process.store, load);
    await eventually(() => {
      const acknowledged = load.acknowledged.flatMap(({ events }) => events.map(({ id }) => id));
      expect(acknowledged.filter((id) => !tailed.has(id))).toEqual([]);
    });
    stop.abort();
    await tailing;
  });
});
