import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsIn, IsUUID } from 'class-validator';

import { CURRENT_SCHEMAS } from '../../../domain/upcasters/current-schemas.js';
import type { KnownEventType } from '../../../domain/upcasters/current-schemas.js';
import { MaySkip } from '../directory/directory-fields.js';
import { PageQuery } from '../paging/page.query.js';
import { IsId, QueryList } from '../validation/fields.js';

const TYPES_MAX = 40;
const DIRECTIONS = ['asc', 'desc'] as const;

/** Events that only enrol targets, or belong to the directory, are not part of an action's timeline. */
const SILENT: ReadonlySet<string> = new Set<KnownEventType>([
  'TargetsEnrolled',
  'EnrolmentAbandoned',
  'TargetRecorded',
  'RecipientErased',
  'VersionPublished',
  'VersionDisabled',
]);

export const TIMELINE_TYPES = (Object.keys(CURRENT_SCHEMAS) as KnownEventType[]).filter(
  (type) => !SILENT.has(type),
);

export class TimelineQueryRequest extends PageQuery {
  @ApiPropertyOptional({ description: 'Only what is about this target.' })
  @MaySkip()
  @IsId()
  readonly targetId?: string;

  @ApiPropertyOptional({ description: 'Only what is about this dispatch.', format: 'uuid' })
  @MaySkip()
  @IsUUID('loose')
  readonly dispatchId?: string;

  @ApiPropertyOptional({
    description: 'Only events of these types; may come more than once.',
    enum: TIMELINE_TYPES,
    isArray: true,
  })
  @QueryList()
  @ArrayMaxSize(TYPES_MAX)
  @IsIn(TIMELINE_TYPES, { each: true })
  readonly type?: readonly KnownEventType[];

  @ApiPropertyOptional({
    description: '`asc`: from the beginning. `desc`: the latest first.',
    enum: DIRECTIONS,
    default: 'asc',
  })
  @IsIn(DIRECTIONS)
  readonly direction: (typeof DIRECTIONS)[number] = 'asc';
}
