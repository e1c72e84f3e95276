import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';

import type { FastifyInstance, FastifyRequest } from 'fastify';

import { Refused } from '../problem/refused.js';
import { parseFormBody } from './form-body.js';
import { parseJsonBody } from './json-body.js';
import { STREAMED_BODY_BYTES_MAX } from './limits.js';
import type { RouteOptions } from './route-options.js';

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

const rawBodies = new WeakMap<FastifyRequest, Buffer>();

/** The bytes of the body, on a route that keeps them. */
export const rawBodyOf = (request: FastifyRequest): Buffer =>
  rawBodies.get(request) ?? Buffer.alloc(0);

/** Only types that the route names are read at all; everything else is 415. */
export function installBodyParsers(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(JSON_TYPE, { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    parseInto(done, () => {
      const { accepts, keepsRawBody = false } = routeOptionsOf(request);
      if (accepts && !accepts.includes(JSON_TYPE)) throw notRead(accepts);
      if (keepsRawBody) rawBodies.set(request, bytes);
      return parseJsonBody(bytes);
    });
  });
  server.addContentTypeParser(FORM_TYPE, { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    parseInto(done, () => {
      const { accepts = [JSON_TYPE] } = routeOptionsOf(request);
      if (!accepts.includes(FORM_TYPE)) throw notRead(accepts);
      return parseFormBody(bytes);
    });
  });
  server.addContentTypeParser('*', (request, payload, done) => {
    parseInto(done, () => streamOf(request, payload));
  });
}

export const routeOptionsOf = (request: FastifyRequest): RouteOptions =>
  (request.routeOptions.config as RouteOptions | undefined) ?? {};

function parseInto(done: (error: Error | null, body?: unknown) => void, read: () => unknown): void {
  let body: unknown;
  try {
    body = read();
  } catch (error) {
    done(error as Error);
    return;
  }
  done(null, body);
}

function streamOf(request: FastifyRequest, payload: Readable): Readable {
  const { accepts = [JSON_TYPE], bodyBytesMax = STREAMED_BODY_BYTES_MAX } = routeOptionsOf(request);
  if (!accepts.includes(mediaTypeOf(request))) throw notRead(accepts);
  if (Number(request.headers['content-length'] ?? 0) > bodyBytesMax) throw tooLarge(bodyBytesMax);
  return payload.pipe(new CutOff(bodyBytesMax)).on('close', () => payload.unpipe());
}

const mediaTypeOf = (request: FastifyRequest): string =>
  (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** Passes a body on and fails at the first byte too many. */
class CutOff extends Transform {
  private seen = 0;

  constructor(private readonly bytesMax: number) {
    super();
  }

  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null, chunk?: Buffer) => void,
  ): void {
    this.seen += chunk.length;
    if (this.seen > this.bytesMax) done(tooLarge(this.bytesMax));
    else done(null, chunk);
  }
}

const tooLarge = (bytesMax: number): Refused =>
  new Refused('payload_too_large', `the body is over ${String(bytesMax)} bytes`);

const notRead = (accepts: readonly string[]): Refused =>
  new Refused('unsupported_media_type', `this route reads ${accepts.join(', ')}`);
