import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Meters } from '../../../application/ports/meters.port.js';

/** Measures every answered request by the pattern of its route, never by its path: paths hold ids. */
export const requestDurationHook =
  (meters: Meters) =>
  (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    meters.observe('forewarn_http_request_duration_seconds', reply.elapsedTime / 1_000, {
      method: METHODS.has(request.method) ? request.method : 'other',
      route: request.is404 ? 'unknown' : (request.routeOptions.url ?? 'unknown'),
      status_class: `${String(reply.statusCode).charAt(0)}xx`,
    });
    done();
  };

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
