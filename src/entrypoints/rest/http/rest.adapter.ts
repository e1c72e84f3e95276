import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { refusalOf } from '../problem/problem-of.js';
import { sendProblem } from '../problem/problem.filter.js';
import { Refused } from '../problem/refused.js';
import { installBodyParsers } from './body-parsers.js';
import { answerBrokenRequest } from './broken-request.js';
import * as limits from './limits.js';

/** Fastify with our limits, our body parsers and our error answers, also for requests that reach no route. */
export class RestAdapter extends FastifyAdapter {
  private stopping = false;

  constructor(errorsUrl: string) {
    super({
      bodyLimit: limits.BODY_BYTES_MAX,
      requestTimeout: limits.REQUEST_TIMEOUT_MS,
      keepAliveTimeout: limits.KEEP_ALIVE_MS,
      http: {
        headersTimeout: limits.HEADERS_TIMEOUT_MS,
        maxHeaderSize: limits.HEADER_BYTES_MAX,
        connectionsCheckingInterval: limits.CONNECTIONS_CHECKED_EVERY_MS,
      },
      return503OnClosing: false,
      routerOptions: { maxParamLength: limits.PATH_PART_CHARS_MAX },
      frameworkErrors: (error: unknown, request: unknown, reply: unknown) => {
        sendProblem(reply as FastifyReply, request as FastifyRequest, refusalOf(error), errorsUrl);
      },
      clientErrorHandler: (error, socket) => {
        answerBrokenRequest(error, socket, errorsUrl);
      },
    });
    this.getInstance().server.maxConnections = limits.CONNECTIONS_MAX;
    this.refuseWhileStopping();
  }

  /** Nest would install parsers that are more lenient than ours. */
  override registerParserMiddleware(): void {
    installBodyParsers(this.getInstance<FastifyInstance>());
  }

  /** Nest would reduce Fastify's errors to a status; the problem filter tells them apart by their code. */
  override mapException(error: unknown): unknown {
    return error;
  }

  override beforeClose(): void {
    this.stopping = true;
    super.beforeClose();
  }

  /** Requests under way are answered and idle connections closed; what hangs is cut off after a while. */
  override async close(): Promise<void> {
    this.stopping = true;
    const { server } = this.getInstance();
    const cutOff = setTimeout(() => {
      server.closeAllConnections();
    }, limits.DRAIN_TIMEOUT_MS);
    try {
      await super.close();
    } finally {
      clearTimeout(cutOff);
    }
  }

  /** New requests are turned away, and whoever gets an answer is told not to come back on this connection. */
  private refuseWhileStopping(): void {
    const server = this.getInstance<FastifyInstance>();
    server.addHook('onRequest', (_request, _reply, done) => {
      done(this.stopping ? new Refused('unavailable', 'the process is stopping') : undefined);
    });
    server.addHook('onSend', (_request, reply, _payload, done) => {
      if (this.stopping) void reply.header('connection', 'close');
      done();
    });
  }
}
