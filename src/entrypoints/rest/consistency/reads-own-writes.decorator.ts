import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiHeader, ApiQuery } from '@nestjs/swagger';

import { ApiProblems } from '../openapi/api-problems.decorator.js';

export const READS_OWN_WRITES_METADATA = 'forewarn:reads-own-writes';

/** The route reads from read models: it takes `?atLeast=<position>` and waits until they are that far. */
export const ReadsOwnWrites = (): MethodDecorator =>
  applyDecorators(
    SetMetadata(READS_OWN_WRITES_METADATA, true),
    ApiQuery({
      name: 'atLeast',
      required: false,
      description: 'Log position that a write answered: the answer includes that write, or is 503.',
      schema: { type: 'string', pattern: '^[0-9]{1,19}$' },
    }),
    ApiHeader({
      name: 'Prefer',
      required: false,
      description: '`wait=N`: wait at most N seconds for `atLeast`; never more than 5.',
    }),
    ApiProblems('validation', 'not_caught_up'),
  );
