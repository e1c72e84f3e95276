import { randomUUID } from 'node:crypto';

import { CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';

import { DIRECTORY_PROVIDERS } from '../../../src/application/directory/directory.providers.js';
import { Clock } from '../../../src/application/ports/clock.port.js';
import { EventStore } from '../../../src/application/ports/event-store.port.js';
import type { EventMetadata } from '../../../src/application/ports/event-store.port.js';
import { UrlGuard } from '../../../src/application/ports/url-guard.port.js';
import type { UrlVerdict } from '../../../src/application/ports/url-guard.port.js';
import { MEMORY_DIRECTORY_PROVIDERS } from '../../../src/infrastructure/directory/memory/memory-directory.providers.js';
import { DIRECTORY_ENTITIES } from '../../../src/infrastructure/directory/postgres/directory.entities.js';
import { POSTGRES_DIRECTORY_PROVIDERS } from '../../../src/infrastructure/directory/postgres/postgres-directory.providers.js';
import { MemoryEventStore } from '../../../src/infrastructure/event-store/memory/memory.event-store.js';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres/postgres.event-store.js';
import { dataSourceOptions } from '../../../src/infrastructure/postgres/data-source.js';
import { Listener } from '../../../src/infrastructure/postgres/listener.js';
import { migrate } from '../../../src/infrastructure/postgres/migrate.js';
import { Postgres } from '../../../src/infrastructure/postgres/postgres.js';
import { createDatabase } from '../../support/database.js';
import { FakeClock } from '../../support/fake-clock.js';

/** Admits every address but those of one host. */
class ScriptedUrlGuard extends UrlGuard {
  override checkUrl(url: string): Promise<UrlVerdict> {
    const refused = url.includes('internal.test');
    return Promise.resolve(
      refused ? { kind: 'refused', reason: 'address_private' } : { kind: 'admitted' },
    );
  }
}

/** The directory of one process. */
export interface DirectoryWorld {
  readonly module: TestingModule;
  readonly events: EventStore;
  close(): Promise<void>;
}

export const asUser = (name = 'tester'): EventMetadata => ({
  actor: `user:${name}`,
  commandId: randomUUID(),
  correlationId: randomUUID(),
  causationId: null,
});

const SHARED = [
  ...DIRECTORY_PROVIDERS,
  { provide: Clock, useValue: new FakeClock() },
  { provide: UrlGuard, useClass: ScriptedUrlGuard },
];

export async function startMemoryDirectory(): Promise<DirectoryWorld> {
  const module = await Test.createTestingModule({
    imports: [CqrsModule.forRoot()],
    providers: [
      ...SHARED,
      ...MEMORY_DIRECTORY_PROVIDERS,
      { provide: EventStore, useFactory: () => new MemoryEventStore() },
    ],
  }).compile();
  await module.init();
  return { module, events: module.get(EventStore), close: () => module.close() };
}

/** One process over a database that others may share. */
export async function startPostgresDirectory(url: string): Promise<DirectoryWorld> {
  const postgres = new Postgres({ url, poolMax: 4 });
  const listener = new Listener(postgres);
  const events = new PostgresEventStore(postgres, listener);
  const source = new DataSource({
    ...dataSourceOptions(url, { poolMax: 4 }),
    entities: [...DIRECTORY_ENTITIES],
  });
  await source.initialize();
  const module = await Test.createTestingModule({
    imports: [CqrsModule.forRoot()],
    providers: [
      ...SHARED,
      ...POSTGRES_DIRECTORY_PROVIDERS,
      { provide: DataSource, useValue: source },
      { provide: EventStore, useValue: events },
      { provide: Postgres, useValue: postgres },
    ],
  }).compile();
  await module.init();
  const close = async (): Promise<void> => {
    await module.close();
    await events.close();
    await listener.stop();
    await source.destroy();
    await postgres.close();
  };
  return { module, events, close };
}

export async function startOwnPostgresDirectory(): Promise<DirectoryWorld & { url: string }> {
  const database = await createDatabase();
  await migrate(database.url);
  const world = await startPostgresDirectory(database.url);
  const close = async (): Promise<void> => {
    await world.close();
    await database.drop();
  };
  return { ...world, url: database.url, close };
}

/** Every test of a use case runs on each of them. */
export const STORES = [
  ['memory', startMemoryDirectory],
  ['postgres', startOwnPostgresDirectory],
] as const;
