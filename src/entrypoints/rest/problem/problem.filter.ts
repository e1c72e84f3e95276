import { Catch, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { contextOf } from '../context/request-context.js';
import { PROBLEMS } from './catalogue.js';
import { PROBLEM_MEDIA_TYPE, problemBody } from './problem-body.js';
import { refusalOf } from './problem-of.js';
import type { Refused } from './refused.js';

/** Answers every refusal and every fault as problem+json. Only faults are logged, and the client never sees them. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  constructor(private readonly errorsUrl: string) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw thrown;
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const refused = refusalOf(thrown);
    if (refused.code === 'internal') this.log(thrown, request);
    if (reply.sent) return;
    sendProblem(reply, request, refused, this.errorsUrl);
  }

  private log(thrown: unknown, request: FastifyRequest): void {
    const { correlationId } = contextOf(request);
    const where = `${request.method} ${request.routeOptions.url ?? 'unmatched'}`;
    const stack = thrown instanceof Error ? thrown.stack : String(thrown);
    this.logger.error(`${where} failed (correlation ${correlationId})`, stack);
  }
}

export function sendProblem(
  reply: FastifyReply,
  request: FastifyRequest,
  refused: Refused,
  errorsUrl: string,
): void {
  const { correlationId } = contextOf(request);
  const body = problemBody(refused, { errorsUrl, instance: pathOf(request), correlationId });
  void reply
    .status(PROBLEMS[refused.code].status)
    .headers(refused.more.headers ?? {})
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .header('cache-control', 'no-store')
    .send(JSON.stringify(body));
}

export const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '/';
