import type { Server } from 'node:http';

import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';

import { ACCESS_PROVIDERS } from '../../../../src/application/access/access.providers.js';
import { CreateToken } from '../../../../src/application/access/create-token.js';
import { ROLES } from '../../../../src/application/access/principal.js';
import type { Role } from '../../../../src/application/access/principal.js';
import { DIRECTORY_PROVIDERS } from '../../../../src/application/directory/directory.providers.js';
import { Clock } from '../../../../src/application/ports/clock.port.js';
import { EventStore } from '../../../../src/application/ports/event-store.port.js';
import { HEALTH_CHECKS } from '../../../../src/application/ports/health-check.port.js';
import { IdempotencyStore } from '../../../../src/application/ports/idempotency-store.port.js';
import { Meters } from '../../../../src/application/ports/meters.port.js';
import { ReadModelsProgress } from '../../../../src/application/ports/read-progress.port.js';
import { TokenStore } from '../../../../src/application/ports/token-store.port.js';
import { UrlGuard } from '../../../../src/application/ports/url-guard.port.js';
import {
  DIRECTORY_CONTROLLERS,
  DIRECTORY_REST_PROVIDERS,
} from '../../../../src/entrypoints/rest/directory/directory.controllers.js';
import {
  configureHttp,
  NEST_OPTIONS,
} from '../../../../src/entrypoints/rest/http/configure-http.js';
import { ERRORS_URL, errorsUrlOf } from '../../../../src/entrypoints/rest/http/http-config.js';
import { RestAdapter } from '../../../../src/entrypoints/rest/http/rest.adapter.js';
import {
  REST_SHELL_CONTROLLERS,
  REST_SHELL_PROVIDERS,
} from '../../../../src/entrypoints/rest/rest-shell.js';
import { PostgresTokenStore } from '../../../../src/infrastructure/access/postgres.token-store.js';
import { DIRECTORY_ENTITIES } from '../../../../src/infrastructure/directory/postgres/directory.entities.js';
import { POSTGRES_DIRECTORY_PROVIDERS } from '../../../../src/infrastructure/directory/postgres/postgres-directory.providers.js';
import { EgressGuard } from '../../../../src/infrastructure/egress/egress-guard.js';
import { PostgresEventStore } from '../../../../src/infrastructure/event-store/postgres/postgres.event-store.js';
import { PostgresIdempotencyStore } from '../../../../src/infrastructure/idempotency/postgres.idempotency-store.js';
import { PrometheusMeters } from '../../../../src/infrastructure/observability/prometheus.meters.js';
import { dataSourceOptions } from '../../../../src/infrastructure/postgres/data-source.js';
import { Listener } from '../../../../src/infrastructure/postgres/listener.js';
import { migrate } from '../../../../src/infrastructure/postgres/migrate.js';
import { Postgres } from '../../../../src/infrastructure/postgres/postgres.js';
import { createDatabase } from '../../../support/database.js';
import { FakeClock } from '../../../support/fake-clock.js';

export interface DirectoryApp {
  readonly app: NestFastifyApplication;
  readonly server: Server;
  readonly events: EventStore;
  readonly source: DataSource;
  readonly tokens: Readonly<Record<Role, string>>;
  close(): Promise<void>;
}

const CONFIG = { publicUrl: 'https://forewarn.test' };

class CaughtUp extends ReadModelsProgress {
  override waitUntil(): Promise<boolean> {
    return Promise.resolve(true);
  }
}

/** Names below `.test` resolve to a public address, without asking anybody. */
const guard = new EgressGuard({
  allow: [],
  resolve: (host) => Promise.resolve(host.endsWith('.test') ? ['93.184.215.14'] : []),
});

/** The directory's routes in the HTTP shell, over a database of their own. */
export async function startDirectoryApp(): Promise<DirectoryApp> {
  const database = await createDatabase();
  await migrate(database.url);
  const postgres = new Postgres({ url: database.url });
  const listener = new Listener(postgres);
  const events = new PostgresEventStore(postgres, listener);
  const source = new DataSource({
    ...dataSourceOptions(database.url, { poolMax: 4 }),
    entities: [...DIRECTORY_ENTITIES],
  });
  await source.initialize();

  @Module({
    imports: [CqrsModule.forRoot()],
    controllers: [...REST_SHELL_CONTROLLERS, ...DIRECTORY_CONTROLLERS],
    providers: [
      ...REST_SHELL_PROVIDERS,
      ...ACCESS_PROVIDERS,
      ...DIRECTORY_PROVIDERS,
      ...DIRECTORY_REST_PROVIDERS,
      ...POSTGRES_DIRECTORY_PROVIDERS,
      { provide: DataSource, useValue: source },
      { provide: EventStore, useValue: events },
      { provide: Postgres, useValue: postgres },
      { provide: UrlGuard, useValue: guard },
      { provide: Clock, useValue: new FakeClock() },
      { provide: ReadModelsProgress, useClass: CaughtUp },
      { provide: HEALTH_CHECKS, useValue: [] },
      { provide: Meters, useFactory: () => new PrometheusMeters() },
      { provide: TokenStore, useClass: PostgresTokenStore },
      { provide: IdempotencyStore, useClass: PostgresIdempotencyStore },
      { provide: ERRORS_URL, useValue: errorsUrlOf(CONFIG) },
    ],
  })
  class DirectoryAppModule {}

  const adapter = new RestAdapter(errorsUrlOf(CONFIG));
  const app = await NestFactory.create<NestFastifyApplication>(DirectoryAppModule, adapter, {
    ...NEST_OPTIONS,
    logger: false,
  });
  await configureHttp(app, CONFIG);
  await app.listen(0, '127.0.0.1');
  const tokens = await makeTokens(app.get(CreateToken));
  const close = async (): Promise<void> => {
    await app.close();
    await events.close();
    await listener.stop();
    await source.destroy();
    await postgres.close();
    await database.drop();
  };
  return { app, server: app.getHttpServer(), events, source, tokens, close };
}

async function makeTokens(create: CreateToken): Promise<Record<Role, string>> {
  const entries = ROLES.map(async (role) => {
    const made = await create.execute({ name: `${role}-token`, role, expiresAt: null });
    if (!made.ok) throw new TypeError(made.refusal.detail);
    return [role, made.token] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<Role, string>;
}
