import { createHash } from 'node:crypto';

import type { FastifyRequest } from 'fastify';

import type { IdempotentRequest } from '../../../application/ports/idempotency-store.port.js';
import { uuidV5 } from '../../../application/shared/uuid-v5.js';
import { callerOf } from '../context/caller.decorator.js';
import { Refused } from '../problem/refused.js';

/** Never changes: command ids of requests that are sent again follow from it. */
const COMMAND_NAMESPACE = '6f0c2f5e-2a1d-5c52-9d0f-3f6a4d9b7e11';

const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/;
const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

/** The key as the caller means it, quoted or not; null when there is none. */
export function idempotencyKeyOf({ headers }: FastifyRequest): string | null {
  const header = headers['idempotency-key'];
  if (header === undefined) return null;
  const text = String(header).trim();
  const key = QUOTED.exec(text)?.[1]?.replace(/\\(.)/g, '$1') ?? text;
  if (PRINTABLE.test(key) && (QUOTED.test(text) || !text.includes('"'))) return key;
  throw new Refused('malformed', 'Idempotency-Key is 1 to 255 printable ASCII characters');
}

export function idempotentRequest(request: FastifyRequest, key: string): IdempotentRequest {
  const { method, routeOptions, params, query, body } = request;
  const route = `${method} ${routeOptions.url ?? ''} ${canonicalJson(params)}`;
  const bodyHash = createHash('sha256').update(canonicalJson({ query, body })).digest('hex');
  return { principal: callerOf(request).principal.tokenId, route, key, bodyHash };
}

/** The id of the command that the request gives: the same again whenever the same caller repeats the key here. */
export const commandIdOf = ({ principal, route, key }: IdempotentRequest): string =>
  uuidV5(COMMAND_NAMESPACE, JSON.stringify([principal, route, key]));

/** JSON with sorted keys, so that the order in which a client writes its fields makes no other request. */
const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
