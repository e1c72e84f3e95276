import { Inject, Injectable, Logger } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom } from 'rxjs';
import type { Observable } from 'rxjs';

import { IdempotencyStore } from '../../../application/ports/idempotency-store.port.js';
import type {
  IdempotentRequest,
  StoredAnswer,
} from '../../../application/ports/idempotency-store.port.js';
import { amendContext, contextOf } from '../context/request-context.js';
import { ERRORS_URL } from '../http/http-config.js';
import { PROBLEMS } from '../problem/catalogue.js';
import { PROBLEM_MEDIA_TYPE, problemBody } from '../problem/problem-body.js';
import { refusalOf } from '../problem/problem-of.js';
import { pathOf } from '../problem/problem.filter.js';
import { Refused } from '../problem/refused.js';
import { commandIdOf, idempotencyKeyOf, idempotentRequest } from './idempotency-key.js';

/** Headers that belong to the answer, as opposed to the connection or the moment. */
const KEPT_HEADERS = ['content-type', 'etag', 'location', 'link'] as const;

interface Run {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly identity: IdempotentRequest;
  readonly holder: string;
}

/** Runs a request with an `Idempotency-Key` once, and gives its answer again to whoever repeats it. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly logger = new Logger('Idempotency');

  constructor(
    private readonly store: IdempotencyStore,
    @Inject(ERRORS_URL) private readonly errorsUrl: string,
  ) {}

  intercept(host: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const key = idempotencyKeyOf(request);
    if (key === null) return next.handle();
    const identity = idempotentRequest(request, key);
    return from(this.once(request, reply, identity, next));
  }

  private async once(
    request: FastifyRequest,
    reply: FastifyReply,
    identity: IdempotentRequest,
    next: CallHandler,
  ): Promise<unknown> {
    amendContext(request, { commandId: commandIdOf(identity), mayRepeat: true });
    const beginning = await this.store.begin(identity);
    switch (beginning.kind) {
      case 'begun':
        return this.run({ request, reply, identity, holder: beginning.holder }, next);
      case 'done':
        return replay(reply, beginning.answer);
      case 'running':
        throw new Refused('idempotency_in_progress', 'the same request is being worked on', {
          headers: { 'retry-after': '1' },
        });
      case 'reused':
        throw new Refused('idempotency_key_reused', 'the key stands for another request');
    }
  }

  private async run(run: Run, next: CallHandler): Promise<unknown> {
    const answer = await this.answerOf(run, next);
    const text = answer === undefined ? '' : JSON.stringify(answer);
    await this.keep(run, {
      status: run.reply.statusCode,
      headers: headersOf(run.reply),
      body: text,
    });
    return answer;
  }

  private async answerOf(run: Run, next: CallHandler): Promise<unknown> {
    try {
      return await lastValueFrom(next.handle(), { defaultValue: undefined });
    } catch (error) {
      await this.keepRefusal(run, refusalOf(error));
      throw error;
    }
  }

  private async keepRefusal(run: Run, refused: Refused): Promise<void> {
    const { status } = PROBLEMS[refused.code];
    if (status >= 500) return this.settle(() => this.store.abandon(run.identity, run.holder));
    const { correlationId } = contextOf(run.request);
    const place = { errorsUrl: this.errorsUrl, instance: pathOf(run.request), correlationId };
    const body = JSON.stringify(problemBody(refused, place));
    const headers = { ...refused.more.headers, 'content-type': PROBLEM_MEDIA_TYPE };
    return this.keep(run, { status, headers, body });
  }

  private keep({ identity, holder }: Run, answer: StoredAnswer): Promise<void> {
    return this.settle(() => this.store.finish(identity, holder, answer));
  }

  /** The work is done by now: if its answer cannot be kept, the event ids settle a repetition, and the caller is answered. */
  private async settle(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.logger.warn(`an answer could not be kept: ${String(error)}`);
    }
  }
}

function headersOf(reply: FastifyReply): Record<string, string> {
  const kept = KEPT_HEADERS.map((name) => [name, reply.getHeader(name)] as const);
  return Object.fromEntries(
    kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

/** The body goes out as it was kept, byte by byte. */
function replay(reply: FastifyReply, { status, headers, body }: StoredAnswer): string {
  void reply
    .status(status)
    .header('content-type', 'application/json; charset=utf-8')
    .headers(headers)
    .header('idempotency-replayed', 'true');
  return body;
}
