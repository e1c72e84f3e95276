import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { from, switchMap } from 'rxjs';
import type { Observable } from 'rxjs';

import { ReadModelsProgress } from '../../../application/ports/read-progress.port.js';
import { refuseField, Refused } from '../problem/refused.js';
import { isStorableText } from '../validation/storable-text.js';
import { READS_OWN_WRITES_METADATA } from './reads-own-writes.decorator.js';

/** Longest wait for the read models, whatever the caller would prefer. */
export const READ_WAIT_MAX_MS = 5_000;
/** Time for one look at how far they are, which `wait=0` needs too. */
const READ_WAIT_MIN_MS = 250;

const POSITION = /^\d{1,19}$/;
const PREFERRED_WAIT = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?=[,;]|$)/i;
/** Nest keys a handler's arguments by kind and index. */
const QUERY_ARGUMENT = `${String(RouteParamtypes.QUERY)}:`;

type Query = Record<string, unknown>;

/** Looks at the query before the handler: waits for `atLeast`, and refuses parameters that nobody would look at. */
@Injectable()
export class QueryInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly progress: ReadModelsProgress,
  ) {}

  intercept(host: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (host.getType() !== 'http') return next.handle();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const query = request.query as Query;
    refuseHostileText(query);
    const atLeast = this.takeAtLeast(host, query);
    if (!readsQuery(host)) refuseLeftovers(query);
    if (atLeast === null) return next.handle();
    return from(this.waitFor(atLeast, request.headers['prefer'])).pipe(
      switchMap(() => next.handle()),
    );
  }

  /** Takes the parameter out of the query, so that no request class has to know of it. */
  private takeAtLeast(host: ExecutionContext, query: Query): bigint | null {
    const waits = this.reflector.get<boolean | undefined>(
      READS_OWN_WRITES_METADATA,
      host.getHandler(),
    );
    if (!waits || query['atLeast'] === undefined) return null;
    const text = query['atLeast'];
    delete query['atLeast'];
    if (typeof text === 'string' && POSITION.test(text)) return BigInt(text);
    throw refuseField(
      'query:atLeast',
      'position',
      'atLeast must be a log position: up to 19 digits',
    );
  }

  private async waitFor(position: bigint, prefer: string | string[] | undefined): Promise<void> {
    const reached = await this.progress.waitUntil(position, waitMs(prefer));
    if (reached) return;
    throw new Refused('not_caught_up', `position ${String(position)} is not reached yet`, {
      headers: { 'retry-after': '1' },
    });
  }
}

function waitMs(prefer: string | string[] | undefined): number {
  const seconds = PREFERRED_WAIT.exec([prefer].flat().join(','))?.[1];
  return seconds === undefined
    ? READ_WAIT_MAX_MS
    : Math.min(Math.max(Number(seconds) * 1_000, READ_WAIT_MIN_MS), READ_WAIT_MAX_MS);
}

/** Whether the handler takes the query, in which case the pipe checks it. */
function readsQuery(host: ExecutionContext): boolean {
  const args = Reflect.getMetadata(ROUTE_ARGS_METADATA, host.getClass(), host.getHandler().name) as
    object | undefined;
  return Object.keys(args ?? {}).some((key) => key.startsWith(QUERY_ARGUMENT));
}

function refuseLeftovers(query: Query): void {
  const errors = Object.keys(query).map((name) => ({
    pointer: `query:${name}`,
    code: 'unknown_field',
    message: `${name} is not a known parameter`,
  }));
  if (errors.length > 0) throw new Refused('validation', 'unknown query parameters', { errors });
}

function refuseHostileText(query: Query): void {
  for (const [name, value] of Object.entries(query)) {
    if (name === '__proto__')
      throw new Refused('malformed', 'the parameter __proto__ is not allowed');
    if ([name, value].flat().every((text) => isStorableText(String(text)))) continue;
    throw refuseField('query', 'text', 'parameters must not hold NUL or half of a surrogate pair');
  }
}
