import { readFile } from 'node:fs/promises';

import { describe, expect, it } from '@jest/globals';

import { PROBLEM_CODES, PROBLEMS } from '../../../../src/entrypoints/rest/problem/catalogue.js';
import { errorsDoc } from '../../../../src/entrypoints/rest/problem/errors-doc.js';
import { problemBody } from '../../../../src/entrypoints/rest/problem/problem-body.js';
import { refusalOf } from '../../../../src/entrypoints/rest/problem/problem-of.js';
import { Refused } from '../../../../src/entrypoints/rest/problem/refused.js';

/** The codes that the wire contract promises, with their statuses. */
const PROMISED = {
  malformed: 400,
  unsupported_media_type: 415,
  validation: 422,
  no_eligible_target: 422,
  intent_changed: 409,
  mailbox_full: 429,
  not_found: 404,
  target_busy: 409,
  plan_changed: 409,
  too_late: 409,
  frozen: 409,
  no_longer_true: 409,
  outcome_conflict: 409,
  stale_claim: 409,
  lease_lost: 410,
  idempotency_key_reused: 422,
  idempotency_in_progress: 409,
  version_mismatch: 412,
  precondition_required: 428,
  rate_limited: 429,
  not_caught_up: 503,
  unauthenticated: 401,
  forbidden: 403,
  payload_too_large: 413,
  unavailable: 503,
};

const place = { errorsUrl: '/docs/errors', instance: '/v1/x', correlationId: 'c' };

describe('the catalogue of problems', () => {
  it('has every promised code with its status', () => {
    const statuses = Object.fromEntries(PROBLEM_CODES.map((code) => [code, PROBLEMS[code].status]));
    expect(statuses).toMatchObject(PROMISED);
  });

  it('is what docs/errors.md says, section by section', async () => {
    expect(await readFile('docs/errors.md', 'utf8')).toBe(errorsDoc());
  });

  it('lets no fact replace a standard member', () => {
    const facts = { status: 200, code: 'fine', currentVersion: 3 };
    const body = problemBody(new Refused('version_mismatch', 'moved', { facts }), place);
    expect(body).toMatchObject({ status: 412, code: 'version_mismatch', currentVersion: 3 });
  });

  it('lists at most a hundred field errors', () => {
    const errors = Array(500).fill({ pointer: '/a', code: 'b', message: 'c' });
    const body = problemBody(new Refused('validation', 'bad', { errors }), place);
    expect(body['errors']).toHaveLength(100);
  });

  it.each([
    [Object.assign(new TypeError('x'), { code: 'ECONNREFUSED' }), 'unavailable'],
    [Object.assign(new TypeError('x'), { code: '57P01' }), 'unavailable'],
    [
      Object.assign(new TypeError('x'), {
        driverError: Object.assign(new TypeError(), { code: '53300' }),
      }),
      'unavailable',
    ],
    [new TypeError('Connection terminated unexpectedly'), 'unavailable'],
    [Object.assign(new TypeError('x'), { code: '23505' }), 'internal'],
    [Object.assign(new TypeError('x'), { statusCode: 418 }), 'internal'],
    ['a thrown text', 'internal'],
    [undefined, 'internal'],
  ])('answers a fault %p as %s', (thrown, code) => {
    expect(refusalOf(thrown).code).toBe(code);
  });
});
