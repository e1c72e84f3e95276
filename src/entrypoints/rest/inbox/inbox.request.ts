import { ApiPropertyOptional } from '@nestjs/swagger';

import { PageQuery } from '../paging/page.query.js';
import { QueryFlag } from '../validation/fields.js';

export class InboxQueryRequest extends PageQuery {
  @ApiPropertyOptional({
    description: 'Only messages that were not read yet.',
    type: Boolean,
    default: false,
  })
  @QueryFlag()
  readonly unread: boolean = false;
}
