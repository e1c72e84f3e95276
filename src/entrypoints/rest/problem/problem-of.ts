import { HttpException } from '@nestjs/common';

import { StoreUnavailable } from '../../../application/ports/event-store.port.js';
import { PROBLEMS } from './catalogue.js';
import type { ProblemCode } from './catalogue.js';
import { isConnectionFault } from './connection-fault.js';
import { Refused } from './refused.js';

const RETRY_AFTER_SECONDS = '1';

/** Fastify's own refusals, by the code of its error. Whatever is not listed falls back to the status. */
const CODE_BY_FASTIFY_ERROR: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_BAD_URL: 'malformed',
  FST_ERR_MAX_PARAM_LENGTH: 'uri_too_long',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
};

const CODE_BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'malformed',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'payload_too_large',
  414: 'uri_too_long',
  415: 'unsupported_media_type',
  422: 'validation',
  429: 'rate_limited',
  431: 'headers_too_large',
  503: 'unavailable',
};

/** What a thrown thing means to the client. A thing that nobody foresaw is `internal`, without any detail. */
export function refusalOf(thrown: unknown): Refused {
  if (thrown instanceof Refused) return withRetryAfter(thrown);
  if (thrown instanceof StoreUnavailable || isConnectionFault(thrown)) {
    return withRetryAfter(new Refused('unavailable', 'a store cannot be reached'));
  }
  const code = codeOfFramework(thrown);
  return withRetryAfter(new Refused(code, PROBLEMS[code].title));
}

const withRetryAfter = (refused: Refused): Refused => {
  const headers = refused.more.headers ?? {};
  const soon = PROBLEMS[refused.code].status === 503 && headers['retry-after'] === undefined;
  if (!soon) return refused;
  return new Refused(refused.code, refused.detail, {
    ...refused.more,
    headers: { ...headers, 'retry-after': RETRY_AFTER_SECONDS },
  });
};

function codeOfFramework(thrown: unknown): ProblemCode {
  if (thrown instanceof HttpException) return CODE_BY_STATUS[thrown.getStatus()] ?? 'internal';
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return 'internal';
  const name = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  const { statusCode } = thrown;
  const byStatus = typeof statusCode === 'number' ? CODE_BY_STATUS[statusCode] : undefined;
  return CODE_BY_FASTIFY_ERROR[name] ?? byStatus ?? 'internal';
}
