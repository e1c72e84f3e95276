import { applyDecorators, createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import { ApiProblems } from '../openapi/api-problems.decorator.js';
import { Refused } from '../problem/refused.js';

/** The edit version that a write was decided on; `*` forces the write. */
export type ExpectedEdit = number | '*';

const ENTITY_TAG = /^(?:W\/)?"(\d{1,15})"$/;

/** Gives a handler the version of `If-Match`: `reschedule(@IfMatch() expected: ExpectedEdit)`. */
export const IfMatch = createParamDecorator((_: unknown, host: ExecutionContext): ExpectedEdit =>
  expectedEditOf(host.switchToHttp().getRequest<FastifyRequest>().headers['if-match']),
);

/** Weak tags count as well: the version is exact, only the bytes of an answer may differ. */
export function expectedEditOf(header: string | undefined): ExpectedEdit {
  if (header === undefined) {
    throw new Refused('precondition_required', 'send the ETag that you decided on as If-Match');
  }
  const text = header.trim();
  if (text === '*') return '*';
  const version = ENTITY_TAG.exec(text)?.[1];
  if (version === undefined) throw new Refused('malformed', 'If-Match is one ETag, or *');
  return Number(version);
}

/** Documents `If-Match` and its refusals. */
export const ApiIfMatch = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'If-Match',
      required: true,
      description: 'The `ETag` that the write was decided on; `*` forces it, which is audited.',
      example: '"7"',
    }),
    ApiProblems('malformed', 'precondition_required', 'version_mismatch'),
  );
