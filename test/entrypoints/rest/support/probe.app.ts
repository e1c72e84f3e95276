import type { Server } from 'node:http';

import { Module } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { ACCESS_PROVIDERS } from '../../../../src/application/access/access.providers.js';
import { CreateToken } from '../../../../src/application/access/create-token.js';
import { ROLES } from '../../../../src/application/access/principal.js';
import type { Role } from '../../../../src/application/access/principal.js';
import { Clock } from '../../../../src/application/ports/clock.port.js';
import { HEALTH_CHECKS } from '../../../../src/application/ports/health-check.port.js';
import type { HealthReport } from '../../../../src/application/ports/health-check.port.js';
import { IdempotencyStore } from '../../../../src/application/ports/idempotency-store.port.js';
import { Meters } from '../../../../src/application/ports/meters.port.js';
import { ReadModelsProgress } from '../../../../src/application/ports/read-progress.port.js';
import { TokenStore } from '../../../../src/application/ports/token-store.port.js';
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
import { PostgresIdempotencyStore } from '../../../../src/infrastructure/idempotency/postgres.idempotency-store.js';
import { PrometheusMeters } from '../../../../src/infrastructure/observability/prometheus.meters.js';
import { migrate } from '../../../../src/infrastructure/postgres/migrate.js';
import { Postgres } from '../../../../src/infrastructure/postgres/postgres.js';
import { createDatabase } from '../../../support/database.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { Gate, ProbeController } from './probe.controller.js';

/** Reports what the test told it. */
class ScriptedProgress extends ReadModelsProgress {
  position = 0n;
  readonly waits: number[] = [];

  override waitUntil(position: bigint, timeoutMs: number): Promise<boolean> {
    this.waits.push(timeoutMs);
    return Promise.resolve(position <= this.position);
  }
}

export interface ProbeApp {
  readonly app: NestFastifyApplication;
  readonly module: Type<unknown>;
  readonly server: Server;
  readonly clock: FakeClock;
  readonly gate: Gate;
  readonly progress: ScriptedProgress;
  readonly health: { report: HealthReport };
  readonly tokens: Readonly<Record<Role, string>>;
  readonly postgres: Postgres;
  close(): Promise<void>;
}

const CONFIG = { publicUrl: 'https://forewarn.test' };

/** The HTTP shell over a database of its own, with a controller that shows its every side. */
export async function startProbeApp(): Promise<ProbeApp> {
  const database = await createDatabase();
  await migrate(database.url);
  const postgres = new Postgres({ url: database.url });
  const clock = new FakeClock();
  const gate = new Gate();
  const progress = new ScriptedProgress();
  const health: { report: HealthReport } = { report: { healthy: true } };
  const check = { name: 'scripted', check: () => Promise.resolve(health.report) };

  @Module({
    controllers: [...REST_SHELL_CONTROLLERS, ProbeController],
    providers: [
      ...REST_SHELL_PROVIDERS,
      ...ACCESS_PROVIDERS,
      { provide: Postgres, useValue: postgres },
      { provide: Clock, useValue: clock },
      { provide: Gate, useValue: gate },
      { provide: ReadModelsProgress, useValue: progress },
      { provide: HEALTH_CHECKS, useValue: [check] },
      { provide: Meters, useFactory: () => new PrometheusMeters() },
      { provide: TokenStore, useClass: PostgresTokenStore },
      { provide: IdempotencyStore, useClass: PostgresIdempotencyStore },
      { provide: ERRORS_URL, useValue: errorsUrlOf(CONFIG) },
    ],
  })
  class ProbeModule {}

  const adapter = new RestAdapter(errorsUrlOf(CONFIG));
  const app = await NestFactory.create<NestFastifyApplication>(ProbeModule, adapter, {
    ...NEST_OPTIONS,
    logger: false,
  });
  await configureHttp(app, CONFIG);
  await app.listen(0, '127.0.0.1');
  const tokens = await makeTokens(app.get(CreateToken));
  const close = async (): Promise<void> => {
    await app.close();
    await postgres.close();
    await database.drop();
  };
  const server = app.getHttpServer();
  return {
    app,
    module: ProbeModule,
    server,
    clock,
    gate,
    progress,
    health,
    tokens,
    postgres,
    close,
  };
}

async function makeTokens(create: CreateToken): Promise<Record<Role, string>> {
  const entries = ROLES.map(async (role) => {
    const made = await create.execute({ name: `${role}-token`, role, expiresAt: null });
    if (!made.ok) throw new TypeError(made.refusal.detail);
    return [role, made.token] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<Role, string>;
}
