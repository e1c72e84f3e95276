import type { FastifyRequest } from 'fastify';

import type { Authenticate } from '../../../application/access/authenticate.js';
import { amendContext } from '../context/request-context.js';
import { routeOptionsOf } from '../http/body-parsers.js';
import { Refused } from '../problem/refused.js';

const BEARER = /^Bearer +([\w-]{1,128})$/i;

/**
 * Identifies the caller before the body is read, so that a stranger cannot make the process parse anything. Covers
 * whatever the server serves, unknown paths included; a route answers strangers only if it says that it is open.
 */
export const bearerHook =
  (authenticate: Authenticate) =>
  async (request: FastifyRequest): Promise<void> => {
    if (routeOptionsOf(request).open) return;
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const principal = token === undefined ? null : await authenticate.execute(token);
    if (principal === null) throw unauthenticated(token !== undefined);
    amendContext(request, { principal });
  };

function unauthenticated(hadToken: boolean): Refused {
  const challenge = hadToken
    ? 'Bearer realm="forewarn", error="invalid_token"'
    : 'Bearer realm="forewarn"';
  const detail = hadToken ? 'the token is not valid' : 'a bearer token is needed';
  return new Refused('unauthenticated', detail, { headers: { 'www-authenticate': challenge } });
}
