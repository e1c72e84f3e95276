import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import { actorOf } from '../../../application/access/principal.js';
import type { Principal } from '../../../application/access/principal.js';
import { Refused } from '../problem/refused.js';
import { contextOf } from './request-context.js';

/** Who asks, and the ids that a command carries on. */
export interface Caller {
  readonly principal: Principal;
  /** As events name it: `user:<token name>` or `runner:<token name>`. */
  readonly actor: string;
  readonly commandId: string;
  readonly correlationId: string;
}

/** Gives a handler its caller: `schedule(@FromCaller() caller: Caller)`. */
export const FromCaller = createParamDecorator((_: unknown, host: ExecutionContext): Caller =>
  callerOf(host.switchToHttp().getRequest<FastifyRequest>()),
);

export function callerOf(request: FastifyRequest): Caller {
  const { principal, commandId, correlationId } = contextOf(request);
  if (principal === null) throw new Refused('unauthenticated', 'a bearer token is needed');
  return { principal, actor: actorOf(principal), commandId, correlationId };
}
