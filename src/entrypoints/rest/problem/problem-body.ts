import { PROBLEMS } from './catalogue.js';
import type { Refused } from './refused.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** An error answer as of RFC 9457, with the extension members of the catalogue. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly correlationId: string;
  readonly [extension: string]: unknown;
}

/** At most so many field errors are listed; a body that is wrong all over needs no more. */
const FIELD_ERRORS_MAX = 100;

export interface ProblemPlace {
  /** Where the pages about errors are served, without a fragment. */
  readonly errorsUrl: string;
  /** Path of the request, without its query. */
  readonly instance: string;
  readonly correlationId: string;
}

/** Facts never replace the standard members, because those are written over them. */
export function problemBody(refused: Refused, place: ProblemPlace): ProblemBody {
  const { status, title } = PROBLEMS[refused.code];
  const { errors, facts } = refused.more;
  return {
    ...facts,
    type: `${place.errorsUrl}#${refused.code}`,
    title,
    status,
    detail: refused.detail,
    instance: place.instance,
    code: refused.code,
    correlationId: place.correlationId,
    ...(errors && { errors: errors.slice(0, FIELD_ERRORS_MAX) }),
  };
}
