import { randomUUID } from 'node:crypto';

import request from 'supertest';
import type { Test } from 'supertest';

import { createApp } from '../../../src/app.js';
import type { Forewarn } from '../../../src/app.js';
import { CreateToken } from '../../../src/application/access/create-token.js';
import type { Role } from '../../../src/application/access/principal.js';
import { loadConfig } from '../../../src/infrastructure/config/load-config.js';
import { ServiceLogger } from '../../../src/infrastructure/observability/logger.js';
import { createDatabase } from '../../support/database.js';

export interface TestService {
  readonly service: Forewarn;
  readonly databaseUrl: string;
  /** A request with the token of a role (operator by default). */
  post(path: string, body?: object, role?: Role): Test;
  get(path: string, role?: Role): Test;
  put(path: string, body: object, role?: Role): Test;
  delete(path: string, role?: Role): Test;
  import(lines: readonly object[]): Promise<void>;
  close(): Promise<void>;
}

const ROLES_USED = ['admin', 'operator', 'viewer', 'runner'] as const;

/** The whole service on a database of its own, without a port; with `DATABASE_URL` on one that others use too. */
export async function startService(
  environment: Readonly<Record<string, string>> = {},
): Promise<TestService> {
  const shared = environment['DATABASE_URL'];
  const database =
    shared === undefined ? await createDatabase() : { url: shared, drop: () => Promise.resolve() };
  const config = loadConfig({
    DATABASE_URL: database.url,
    LOG_LEVEL: 'silent',
    FOREWARN_MIN_LEAD_SECONDS: '0',
    ...environment,
  });
  const service = await createApp(config, new ServiceLogger(config));
  await service.app.init();
  await service.app.getHttpAdapter().getInstance().ready();
  const server = service.app.getHttpServer();
  const tokens = new Map<Role, string>();
  for (const role of ROLES_USED) {
    const wish = { name: `${role}-${randomUUID()}`, role, expiresAt: null };
    const created = await service.app.get(CreateToken).execute(wish);
    if (created.ok) tokens.set(role, created.token);
  }
  const authorized = (test: Test, role: Role): Test =>
    test.set('authorization', `Bearer ${tokens.get(role) ?? ''}`);
  return {
    service,
    databaseUrl: database.url,
    post: (path, body = {}, role = 'operator') =>
      authorized(request(server).post(path), role).send(body),
    get: (path, role = 'operator') => authorized(request(server).get(path), role),
    put: (path, body, role = 'operator') => authorized(request(server).put(path), role).send(body),
    delete: (path, role = 'operator') => authorized(request(server).delete(path), role),
    import: async (lines) => {
      await authorized(request(server).post('/v1/directory/import'), 'operator')
        .set('content-type', 'application/x-ndjson')
        .send(lines.map((line) => JSON.stringify(line)).join('\n'))
        .expect(200);
    },
    close: async () => {
      await service.close();
      await database.drop();
    },
  };
}

/** The instant so many seconds from now, as a request would name it. */
export const inSeconds = (seconds: number): string =>
  new Date(Date.now() + seconds * 1_000).toISOString();
