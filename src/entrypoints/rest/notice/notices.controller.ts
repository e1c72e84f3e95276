import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { Roles } from '../access/access.decorators.js';
import { KnownActions } from '../action/known-actions.js';
import { ReadsOwnWrites } from '../consistency/reads-own-writes.decorator.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';
import type { Page } from '../paging/page.js';
import { rowPage } from '../paging/row-page.js';
import { Refused } from '../problem/refused.js';
import { DispatchIdParam } from '../validation/dispatch-id.pipe.js';
import { IdParam } from '../validation/id.pipe.js';
import { LiveNotices } from './live-notices.js';
import type { NoticeFilter } from './live-notices.js';
import { ActionNoticesQueryRequest, NoticesQueryRequest } from './notice.request.js';
import { NoticePageResponse, NoticeResponse } from './notice.response.js';

/** Who was told what, on which channel, and what became of it. */
@ApiTags('notices')
@Controller('v1')
export class NoticesController {
  constructor(
    private readonly notices: LiveNotices,
    private readonly known: KnownActions,
  ) {}

  @Get('notices')
  @Roles('viewer')
  @ReadsOwnWrites()
  @ApiOperation({ summary: 'List notices', operationId: 'listNotices' })
  @ApiOkResponse({ description: 'A page of notices.', type: NoticePageResponse })
  @ApiProblems('validation')
  list(
    @Query() query: NoticesQueryRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<NoticeResponse>> {
    return rowPage(request, reply, {
      query,
      read: (page) => this.notices.page(filterOf(query), page),
      itemsOf: (rows) => rows,
    });
  }

  @Get('notices/:dispatchId')
  @Roles('viewer')
  @ReadsOwnWrites()
  @ApiOperation({ summary: 'Read a notice', operationId: 'getNotice' })
  @ApiOkResponse({ description: 'The notice.', type: NoticeResponse })
  @ApiProblems('validation', 'not_found')
  async get(@DispatchIdParam() dispatchId: string): Promise<NoticeResponse> {
    const notice = await this.notices.find(dispatchId);
    if (notice === null) throw new Refused('not_found', 'there is no such dispatch');
    return notice;
  }

  @Get('actions/:actionId/notices')
  @Roles('viewer')
  @ReadsOwnWrites()
  @ApiOperation({ summary: 'List the notices of an action', operationId: 'listActionNotices' })
  @ApiOkResponse({ description: 'A page of notices.', type: NoticePageResponse })
  @ApiProblems('validation', 'not_found')
  async listOfAction(
    @IdParam('actionId') actionId: string,
    @Query() query: ActionNoticesQueryRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<NoticeResponse>> {
    await this.known.require(actionId);
    return rowPage(request, reply, {
      query,
      read: (page) => this.notices.page({ ...filterOf(query), actionId }, page),
      itemsOf: (rows) => rows,
    });
  }
}

/** What is left out of the query is no condition. */
function filterOf(query: NoticesQueryRequest): NoticeFilter {
  const { actionId, targetId, recipientId, channel, kind, status } = query;
  const given = Object.entries({ actionId, targetId, recipientId, channel, kind, status }).filter(
    ([, value]) => value !== undefined,
  );
  return Object.fromEntries(given);
}
