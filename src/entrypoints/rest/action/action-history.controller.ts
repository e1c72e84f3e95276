import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { actionStream } from '../../../application/action/action-stream.js';
import { EventStore, NO_STREAM_VERSION } from '../../../application/ports/event-store.port.js';
import { Texts } from '../../../application/ports/texts.port.js';
import type { ActionTimelineRow } from '../../../projections/action-timeline/action-timeline.projection.js';
import { ActionTimelineQueries } from '../../../projections/action-timeline/action-timeline.queries.js';
import { Roles } from '../access/access.decorators.js';
import { ReadsOwnWrites } from '../consistency/reads-own-writes.decorator.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';
import { badCursor, decodeCursor } from '../paging/cursor.js';
import type { CursorScope, SortKey } from '../paging/cursor.js';
import { pageOf } from '../paging/page.js';
import type { Page } from '../paging/page.js';
import { PageQuery } from '../paging/page.query.js';
import { rowPage } from '../paging/row-page.js';
import { Refused } from '../problem/refused.js';
import { IdParam } from '../validation/id.pipe.js';
import { TimelineQueryRequest } from './action-history.request.js';
import {
  RecordedEventPageResponse,
  RecordedEventResponse,
  TimelineEntryResponse,
  TimelinePageResponse,
} from './action-history.response.js';
import { KnownActions } from './known-actions.js';
import { recordedEventView } from './recorded-event-view.js';

/** How an action came to be as it is. */
@ApiTags('actions')
@Controller('v1/actions/:actionId')
export class ActionHistoryController {
  constructor(
    private readonly timelines: ActionTimelineQueries,
    private readonly store: EventStore,
    private readonly texts: Texts,
    private readonly known: KnownActions,
  ) {}

  @Get('timeline')
  @Roles('viewer')
  @ReadsOwnWrites()
  @ApiOperation({ summary: 'See what happened to an action', operationId: 'getActionTimeline' })
  @ApiOkResponse({ description: 'A page of events.', type: TimelinePageResponse })
  @ApiProblems('validation', 'not_found')
  async timeline(
    @IdParam('actionId') actionId: string,
    @Query() query: TimelineQueryRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<TimelineEntryResponse>> {
    await this.known.require(actionId);
    const { targetId, dispatchId, type, direction } = query;
    const filter = {
      ...(targetId !== undefined && { targetId }),
      ...(dispatchId !== undefined && { dispatchId: dispatchId.toLowerCase() }),
      ...(type !== undefined && { types: type }),
    };
    return rowPage(request, reply, {
      query,
      read: (page) => this.timelines.list({ actionId, direction, ...filter, ...page }),
      itemsOf: (rows) => this.entriesOf(rows),
    });
  }

  @Get('events')
  @Roles('viewer')
  @ReadsOwnWrites()
  @ApiOperation({
    summary: 'Read the recorded events of an action',
    description: 'The stream itself, by version, in the shape in which it was recorded.',
    operationId: 'listActionEvents',
  })
  @ApiOkResponse({ description: 'A page of events.', type: RecordedEventPageResponse })
  @ApiProblems('validation', 'not_found')
  async events(
    @IdParam('actionId') actionId: string,
    @Query() { limit, cursor }: PageQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<RecordedEventResponse>> {
    const scope: CursorScope = { list: `events of ${actionId}`, parts: ['number'] };
    const fromVersion = cursor === undefined ? 0 : versionOf(decodeCursor(scope, cursor)) + 1;
    const { version, events } = await this.store.readStream(actionStream(actionId), {
      fromVersion,
      limit: limit + 1,
    });
    if (version === NO_STREAM_VERSION) throw new Refused('not_found', 'there is no such action');
    return pageOf(request, reply, {
      rows: events,
      limit,
      scope,
      keyOf: (event) => [event.version],
      itemOf: recordedEventView,
    });
  }

  private async entriesOf(
    rows: readonly ActionTimelineRow[],
  ): Promise<readonly TimelineEntryResponse[]> {
    const refs = rows.map(reasonRefOf).filter((ref) => ref !== null);
    const words = await this.texts.findMany(refs);
    return rows.map(({ actionId: _, ...row }) => {
      const ref = reasonRefOf({ detail: row.detail });
      return { ...row, reason: ref === null ? null : (words.get(ref) ?? null) };
    });
  }
}

const VERSION_MAX = 2 ** 31 - 2;

function versionOf([version]: SortKey): number {
  if (Number.isInteger(version) && Number(version) >= 0 && Number(version) <= VERSION_MAX) {
    return Number(version);
  }
  throw badCursor();
}

/** Some events have a reason in a person's words, others a code. */
function reasonRefOf({ detail }: Pick<ActionTimelineRow, 'detail'>): string | null {
  const { reason } = detail;
  if (typeof reason !== 'object' || reason === null || !('ref' in reason)) return null;
  return typeof reason.ref === 'string' ? reason.ref : null;
}
