import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';

import { QueryCount } from '../validation/fields.js';

export const PAGE_LIMIT_MAX = 100;
export const PAGE_LIMIT_DEFAULT = 50;

/** Query of a list; a list with filters extends it. */
export class PageQuery {
  @ApiPropertyOptional({
    description: 'Most entries on the page.',
    type: 'integer',
    minimum: 1,
    maximum: PAGE_LIMIT_MAX,
    default: PAGE_LIMIT_DEFAULT,
  })
  @QueryCount(1, PAGE_LIMIT_MAX)
  readonly limit: number = PAGE_LIMIT_DEFAULT;

  @ApiPropertyOptional({ description: 'Where to go on: the cursor of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(1_024)
  readonly cursor?: string;
}
