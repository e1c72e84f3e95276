import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import type { FastifyInstance, FastifyReply } from 'fastify';

import type { RouteOptions } from '../http/route-options.js';
import { CSP_OF_DOCS, DOCS_PAGE, DOCS_SCRIPT } from './docs.page.js';
import { errorsPage } from './errors.page.js';

const OPEN: { readonly config: RouteOptions } = { config: { open: true } };

/** The only files of the page's package that are served, with their media types. */
const ASSETS = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const;

/** The API description and pages to browse it. They are complete in themselves and need no other host. */
export function serveDocs(server: FastifyInstance, document: () => object): void {
  let json: string | undefined;
  server.get('/openapi.json', OPEN, (_request, reply) => {
    json ??= JSON.stringify(document());
    return send(reply, 'application/json; charset=utf-8', json);
  });
  server.get('/docs', OPEN, (_request, reply) => page(reply, DOCS_PAGE));
  server.get('/docs/errors', OPEN, (_request, reply) => page(reply, errorsPage()));
  server.get('/docs/start.js', OPEN, (_request, reply) =>
    send(reply, 'text/javascript; charset=utf-8', DOCS_SCRIPT),
  );
  const { resolve } = createRequire(import.meta.url);
  for (const [name, type] of Object.entries(ASSETS)) {
    server.get(`/docs/assets/${name}`, OPEN, async (_request, reply) =>
      send(reply, type, await readFile(resolve(`swagger-ui-dist/${name}`))),
    );
  }
}

const send = (reply: FastifyReply, type: string, content: string | Buffer): FastifyReply =>
  reply.header('content-type', type).header('cache-control', 'max-age=300').send(content);

const page = (reply: FastifyReply, html: string): FastifyReply =>
  send(reply.header('content-security-policy', CSP_OF_DOCS), 'text/html; charset=utf-8', html);
