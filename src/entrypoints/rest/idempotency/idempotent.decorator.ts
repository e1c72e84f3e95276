import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';

import { ApiProblems } from '../openapi/api-problems.decorator.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';

/** The route creates something: it takes an `Idempotency-Key`. Not for answers that hold a secret, because they are kept. */
export const Idempotent = (): MethodDecorator =>
  applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Makes the request safe to send again for 24 hours; 1 to 255 printable characters, quoted or not. A repeated answer carries `Idempotency-Replayed: true`.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    }),
    ApiProblems('malformed', 'idempotency_in_progress', 'idempotency_key_reused'),
  );
