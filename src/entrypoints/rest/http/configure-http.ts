import helmet from '@fastify/helmet';
import { Reflector } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { Authenticate } from '../../../application/access/authenticate.js';
import { Meters } from '../../../application/ports/meters.port.js';
import { ReadModelsProgress } from '../../../application/ports/read-progress.port.js';
import { bearerHook } from '../access/bearer.hook.js';
import { RolesGuard } from '../access/roles.guard.js';
import { QueryInterceptor } from '../consistency/query.interceptor.js';
import { contextOf } from '../context/request-context.js';
import { requestDurationHook } from '../metrics/request-duration.hook.js';
import { serveDocs } from '../openapi/docs.routes.js';
import { openApiDocument } from '../openapi/openapi-document.js';
import { pathOf, ProblemFilter } from '../problem/problem.filter.js';
import { Refused } from '../problem/refused.js';
import { RequestPipe } from '../validation/request.pipe.js';
import { errorsUrlOf } from './http-config.js';
import type { HttpConfig } from './http-config.js';
import type { RouteOptions } from './route-options.js';
import { RouteTable } from './route-table.js';

/** Options for `NestFactory.create`: startup faults are thrown to the caller, who owns the process. */
export const NEST_OPTIONS = { abortOnError: false } as const;

/**
 * Gives an application its HTTP behaviour: who may ask, what is read, how it is refused, described and measured.
 * Call it after `NestFactory.create(module, new RestAdapter(errorsUrlOf(config)), NEST_OPTIONS)` and before `init`
 * or `listen`.
 */
export async function configureHttp(
  app: NestFastifyApplication,
  config: HttpConfig,
): Promise<void> {
  const routes = readRoutes(app);
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: API_CSP },
  });
  addHooks(app, routes);
  app.useGlobalFilters(new ProblemFilter(errorsUrlOf(config)));
  app.useGlobalGuards(new RolesGuard(app.get(Reflector)));
  app.useGlobalInterceptors(
    new QueryInterceptor(app.get(Reflector), app.get(ReadModelsProgress, { strict: false })),
  );
  app.useGlobalPipes(new RequestPipe());
  serveDocs(app.getHttpAdapter().getInstance(), () => openApiDocument(app));
}

/** An API answers no documents: nothing in an answer may load anything or be framed. */
const API_CSP = { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] };

function readRoutes(app: NestFastifyApplication): RouteTable {
  const table = new RouteTable();
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRoute', (route) => {
      table.add(route);
      const { bodyBytesMax } = (route.config ?? {}) as RouteOptions;
      if (bodyBytesMax !== undefined) route.bodyLimit = bodyBytesMax;
    });
  return table;
}

function addHooks(app: NestFastifyApplication, routes: RouteTable): void {
  const server = app.getHttpAdapter().getInstance();
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-correlation-id', contextOf(request).correlationId);
    done(isDecodable(request.url) ? undefined : badEncoding());
  });
  server.addHook('onRequest', bearerHook(app.get(Authenticate, { strict: false })));
  server.addHook('onRequest', (request, _reply, done) => {
    done(request.is404 ? routes.refusalOf(request.method, pathOf(request)) : undefined);
  });
  server.addHook('onResponse', requestDurationHook(app.get(Meters, { strict: false })));
}

/** The server's own query parser keeps what it cannot decode; a typed answer is kinder than a strange value. */
function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}

const badEncoding = (): Refused => new Refused('malformed', 'the URL is not well encoded');
