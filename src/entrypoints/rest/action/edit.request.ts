import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';

import { MaySkip } from '../directory/directory-fields.js';
import { IsText, IsZone } from '../validation/fields.js';
import { REASON_CHARS_MAX } from './action-fields.js';

export class ReasonRequest {
  @ApiPropertyOptional({ description: 'Why.', maxLength: REASON_CHARS_MAX })
  @MaySkip()
  @IsText({ max: REASON_CHARS_MAX, lines: true })
  readonly reason?: string;
}

export class RescheduleRequest extends ReasonRequest {
  @ApiProperty({
    description:
      'New RFC 3339 time of the first stage that has not opened, or a local time of `zone`; later stages move along.',
  })
  @IsString()
  @MaxLength(64)
  readonly runAt!: string;

  @ApiPropertyOptional({ description: 'IANA zone of a local `runAt`.' })
  @MaySkip()
  @IsZone()
  readonly zone?: string;
}

export class RetryFailedRequest {
  @ApiPropertyOptional({
    description: 'RFC 3339 time before which nothing is tried; now by default.',
  })
  @MaySkip()
  @IsString()
  @MaxLength(64)
  readonly notBefore?: string;
}
