import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, Matches } from 'class-validator';

import { MaySkip } from '../directory/directory-fields.js';
import { IsCount } from '../validation/fields.js';

const OUTCOMES = ['applied', 'skipped', 'failed'] as const;
const REASON_CODE = /^[a-z0-9][a-z0-9_.:-]{0,63}$/;

export class HeartbeatRequest {
  @ApiProperty({ description: 'Fence of the claim.', minimum: 1 })
  @IsCount(1, Number.MAX_SAFE_INTEGER)
  readonly fence!: number;
}

export class OutcomeRequest extends HeartbeatRequest {
  @ApiProperty({ description: 'How the work ended.', enum: OUTCOMES })
  @IsIn(OUTCOMES)
  readonly outcome!: (typeof OUTCOMES)[number];

  @ApiPropertyOptional({
    description: 'A stable code; needed unless the outcome is `applied`.',
    pattern: REASON_CODE.source,
  })
  @MaySkip()
  @Matches(REASON_CODE, { message: '$property must be a code such as disk_full' })
  readonly reason?: string;

  @ApiPropertyOptional({ description: 'A failure that another attempt may mend.', default: false })
  @MaySkip()
  @IsBoolean()
  readonly retryable?: boolean;
}

export class HeartbeatResponse {
  @ApiProperty({ description: 'End of the lease unless it is renewed.', format: 'date-time' })
  readonly leaseUntil!: string;

  @ApiProperty({
    description: '`cancel`: stop if nothing has been done yet.',
    enum: ['go_on', 'cancel'],
  })
  readonly directive!: 'go_on' | 'cancel';
}
