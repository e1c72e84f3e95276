import { randomUUID } from 'node:crypto';

import type { FastifyRequest } from 'fastify';

import type { Principal } from '../../../application/access/principal.js';

/** What is known about a request beyond its content. */
export interface RequestContext {
  /** Null only on routes that are open to all. */
  readonly principal: Principal | null;
  /** Id of the command that the request gives; the same again when it is sent again under the same key. */
  readonly commandId: string;
  /** The caller gave the command its id by a key, so the very same command may have run before. */
  readonly mayRepeat: boolean;
  /** Groups everything that the request sets in motion; the caller may choose it. */
  readonly correlationId: string;
}

const contexts = new WeakMap<FastifyRequest, RequestContext>();

const CORRELATION_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;

export function contextOf(request: FastifyRequest): RequestContext {
  const known = contexts.get(request);
  if (known) return known;
  const fresh = {
    principal: null,
    commandId: randomUUID(),
    mayRepeat: false,
    correlationId: correlationOf(request),
  };
  contexts.set(request, fresh);
  return fresh;
}

/** Notes what was found out about a request meanwhile. */
export function amendContext(
  request: FastifyRequest,
  change: Partial<Omit<RequestContext, 'correlationId'>>,
): void {
  contexts.set(request, { ...contextOf(request), ...change });
}

function correlationOf({ headers }: FastifyRequest): string {
  const chosen = headers['x-correlation-id'];
  if (typeof chosen === 'string' && CORRELATION_ID.test(chosen)) return chosen;
  const trace = headers['traceparent'];
  const traceId = typeof trace === 'string' ? TRACEPARENT.exec(trace)?.[1] : undefined;
  return traceId ?? randomUUID();
}
