import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import { actorOf } from '../../../application/access/principal.js';
import type { Principal } from '../../../application/access/principal.js';
import type { CommandContext } from '../../../application/shared/command-context.js';
import { Refused } from '../problem/refused.js';
import { contextOf } from './request-context.js';

/** Who asks, and the ids that a command carries on. */
export interface Caller {
  readonly principal: Principal;
  /** As events name it: `user:<token name>` or `runner:<token name>`. */
  readonly actor: string;
  readonly commandId: string;
  readonly mayRepeat: boolean;
  readonly correlationId: string;
}

/** Gives a handler its caller: `schedule(@FromCaller() caller: Caller)`. */
export const FromCaller = createParamDecorator((_: unknown, host: ExecutionContext): Caller =>
  callerOf(host.switchToHttp().getRequest<FastifyRequest>()),
);

/** What a command of this caller carries. */
export const commandContextOf = (caller: Caller): CommandContext => ({
  commandId: caller.commandId,
  actor: caller.actor,
  correlationId: caller.correlationId,
  causationId: null,
  priority: 'human',
  mayRepeat: caller.mayRepeat,
});

export function callerOf(request: FastifyRequest): Caller {
  const { principal, ...ids } = contextOf(request);
  if (principal === null) throw new Refused('unauthenticated', 'a bearer token is needed');
  return { principal, actor: actorOf(principal), ...ids };
}
