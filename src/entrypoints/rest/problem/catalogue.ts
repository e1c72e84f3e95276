import type { RefusalCode } from '../../../domain/shared/decider.js';

/** How one kind of refusal is answered, and what the reader of `docs/errors.md` is told about it. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly meaning: string;
  readonly next: string;
}

const kind = (status: number, title: string, meaning: string, next: string): ProblemKind => ({
  status,
  title,
  meaning,
  next,
});

/** Codes that only the HTTP edge gives; the domain knows nothing of them. */
const EDGE_PROBLEMS = {
  malformed: kind(
    400,
    'The request cannot be read',
    'The body is not UTF-8 or not JSON, is nested deeper than 20 levels, or a header or the URL is not well-formed.',
    'Correct the request; sending it again as it is gives the same answer.',
  ),
  unauthenticated: kind(
    401,
    'A valid token is needed',
    'The request has no bearer token, or one that is unknown, expired or revoked.',
    'Send `Authorization: Bearer <token>`; `npm run token` makes one.',
  ),
  forbidden: kind(
    403,
    'The token may not do this',
    'The token is valid, but its role does not reach this route.',
    'Use a token of the role that the route names; roles rise from viewer over operator to admin, runner stands apart.',
  ),
  method_not_allowed: kind(
    405,
    'The method is not offered here',
    'The path exists, but not with this method. The `Allow` header lists those that do.',
    'Use one of the methods of the `Allow` header.',
  ),
  request_timeout: kind(
    408,
    'The request took too long to arrive',
    'Headers or body were not complete in time. The connection is closed.',
    'Send the request again, in one go.',
  ),
  payload_too_large: kind(
    413,
    'The body is too large',
    'The body is over the limit of the route, which is 1 MiB where nothing else is said.',
    'Split the request.',
  ),
  uri_too_long: kind(
    414,
    'The URL is too long',
    'A part of the path is longer than any id can be.',
    'Correct the URL.',
  ),
  unsupported_media_type: kind(
    415,
    'The content type is not read here',
    'The body is not declared as a type that the route reads, which is `application/json` where nothing else is said.',
    'Set `Content-Type` to the type that the route names.',
  ),
  precondition_required: kind(
    428,
    'If-Match is needed',
    'A write to an existing resource must say which version it was decided on.',
    'Read the resource, then send its `ETag` as `If-Match`; `*` forces the write and is noted as such.',
  ),
  rate_limited: kind(
    429,
    'Too many requests',
    'The caller has used up its share for now.',
    'Wait for the seconds of `Retry-After`.',
  ),
  headers_too_large: kind(
    431,
    'The headers are too large',
    'The header block is over 16 KiB. The connection is closed.',
    'Send fewer or shorter headers.',
  ),
  idempotency_key_reused: kind(
    422,
    'The idempotency key belongs to another request',
    'The `Idempotency-Key` was used within the last 24 hours with another body.',
    'Use a new key for a new request; use the same key only to send the same request again.',
  ),
  idempotency_in_progress: kind(
    409,
    'The same request is being worked on',
    'A request with this `Idempotency-Key` has not been answered yet.',
    'Wait for the seconds of `Retry-After` and send it again with the same key.',
  ),
  mailbox_full: kind(
    429,
    'The mailbox is full',
    'The target has as many unsettled messages as its mailbox holds; `limit` says how many.',
    'Wait until one is settled, or cancel one.',
  ),
  frozen: kind(
    409,
    'A freeze forbids it',
    'A freeze or a closed window covers the time; `window` and `overridableBy` say which one and who may override it.',
    'Choose another time, or let a named role override it with a reason.',
  ),
  lease_lost: kind(
    410,
    'The claim is no longer yours',
    'The lease ended or the claim was taken over; the outcome was not recorded.',
    'Stop the work and forget the claim.',
  ),
  not_caught_up: kind(
    503,
    'The read models have not caught up',
    'The position of `atLeast` was not reached in the time that the request may wait.',
    'Wait for the seconds of `Retry-After`, then read again.',
  ),
  unavailable: kind(
    503,
    'The service cannot answer now',
    'A store cannot be reached, or the process is starting or stopping. A write may or may not be recorded.',
    'Send it again after `Retry-After`; with the same `Idempotency-Key` a write happens once.',
  ),
  internal: kind(
    500,
    'Something broke on our side',
    'A fault that nobody foresaw. It is logged with the correlation id of the answer.',
    'Report the correlation id; sending it again may help.',
  ),
} as const satisfies Readonly<Record<string, ProblemKind>>;

const DOMAIN_PROBLEMS: Readonly<Record<RefusalCode, ProblemKind>> = {
  validation: kind(
    422,
    'A field is not valid',
    'The request was read, but fields are missing, unknown or out of bounds. `errors` names each: `pointer` is a JSON pointer into the body, or `query:<name>`, `path:<name>` or `header:<name>`.',
    'Correct the named fields.',
  ),
  no_eligible_target: kind(
    422,
    'No target is left',
    'Every selected target is destroyed or otherwise out of reach, so there would be nothing to do.',
    'Preview the selection to see why, then select others.',
  ),
  not_found: kind(
    404,
    'There is no such thing',
    'Nothing exists at this path, or an id in the body is unknown; unknown ids are listed.',
    'Check the ids.',
  ),
  target_busy: kind(
    409,
    'A target is taken by another action',
    'Some targets are under a live action already; `targets` lists them with the actions that hold them.',
    'Wait for that action or cancel it, leave the targets out, or queue behind it.',
  ),
  plan_changed: kind(
    409,
    'The fleet moved since the preview',
    'The `planHash` of the preview no longer describes what the action would do.',
    'Preview again and decide on the new plan.',
  ),
  too_late: kind(
    409,
    'It is too late for that',
    'The target or the action has already ended; `outcome` says how.',
    'Nothing can be undone; schedule a new action if one is needed.',
  ),
  intent_changed: kind(
    409,
    'The id belongs to something else',
    'The id in the body was used before with other content, or its subject has ended.',
    'Use a new id for a new intent.',
  ),
  invalid_transition: kind(
    409,
    'The state does not allow it',
    'The command is known, but not from the current state; `status` says what that is.',
    'Read the current state and decide again.',
  ),
  no_longer_true: kind(
    409,
    'The message is no longer true',
    'What the notice says was overtaken by a later decision, so it is not sent again.',
    'Nothing; the recipients get what is true now.',
  ),
  outcome_conflict: kind(
    409,
    'Another outcome is recorded',
    'This claim has an outcome already, and it is a different one.',
    'Keep the recorded one; it does not change.',
  ),
  stale_claim: kind(
    409,
    'The claim is not the open one',
    'A newer claim holds the target, or the claim was closed; nothing was recorded.',
    'Stop the work and forget the claim.',
  ),
  version_mismatch: kind(
    412,
    'The resource changed meanwhile',
    'The version of `If-Match` is not the current one; `currentVersion` is.',
    'Read it again, decide again, and send the new version.',
  ),
};

export type ProblemCode = RefusalCode | keyof typeof EDGE_PROBLEMS;

/** Every code that an answer can carry. `docs/errors.md` has one section for each. */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemKind>> = {
  ...EDGE_PROBLEMS,
  ...DOMAIN_PROBLEMS,
};

export const PROBLEM_CODES = Object.keys(PROBLEMS) as readonly ProblemCode[];
