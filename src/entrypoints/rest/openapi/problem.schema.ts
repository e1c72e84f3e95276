import { ApiProperty } from '@nestjs/swagger';

import { PROBLEM_CODES } from '../problem/catalogue.js';
import type { ProblemCode } from '../problem/catalogue.js';

/** One field that is not as it must be. */
export class FieldErrorSchema {
  @ApiProperty({
    description:
      'JSON pointer (RFC 6901) into the body, or `query:<name>`, `path:<name>`, `header:<name>`.',
    example: '/stages/0/runAt',
  })
  readonly pointer!: string;

  @ApiProperty({ description: 'Which rule was broken.', example: 'instant' })
  readonly code!: string;

  @ApiProperty({ description: 'The rule in words.' })
  readonly message!: string;
}

/** The body of every refusal. */
export class ProblemSchema {
  @ApiProperty({ description: 'Page that explains the code.', format: 'uri-reference' })
  readonly type!: string;

  @ApiProperty({ description: 'The code in words.' })
  readonly title!: string;

  @ApiProperty({ description: 'Status of the answer.', example: 409 })
  readonly status!: number;

  @ApiProperty({ description: 'What is wrong with this request.' })
  readonly detail!: string;

  @ApiProperty({ description: 'Path of the request.' })
  readonly instance!: string;

  @ApiProperty({ description: 'Stable code for programs.', enum: PROBLEM_CODES })
  readonly code!: ProblemCode;

  @ApiProperty({ description: 'Groups the request with everything that it set in motion.' })
  readonly correlationId!: string;

  @ApiProperty({
    description: 'The fields that are not valid.',
    type: [FieldErrorSchema],
    required: false,
  })
  readonly errors?: readonly FieldErrorSchema[];

  @ApiProperty({ description: 'The current version, with `version_mismatch`.', required: false })
  readonly currentVersion?: number;
}
