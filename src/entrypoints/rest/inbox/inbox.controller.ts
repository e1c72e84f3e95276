import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { InboxTexts } from '../../../application/notice/inbox-texts.js';
import { RecipientDirectory } from '../../../application/ports/recipients.port.js';
import { InboxFlagging } from '../../../projections/inbox/inbox-flagging.js';
import { InboxQueries } from '../../../projections/inbox/inbox.queries.js';
import { Roles } from '../access/access.decorators.js';
import { ReadsOwnWrites } from '../consistency/reads-own-writes.decorator.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';
import { rowPage } from '../paging/row-page.js';
import { Refused } from '../problem/refused.js';
import { DispatchIdParam } from '../validation/dispatch-id.pipe.js';
import { IdParam } from '../validation/id.pipe.js';
import { InboxQueryRequest } from './inbox.request.js';
import { FlaggedResponse, inboxMessageOf, InboxPageResponse } from './inbox.response.js';

/** What a recipient was told, as the record of it (N14). */
@ApiTags('inbox')
@Controller('v1/recipients/:recipientId/inbox')
export class InboxController {
  constructor(
    private readonly inbox: InboxQueries,
    private readonly flagging: InboxFlagging,
    private readonly texts: InboxTexts,
    private readonly recipients: RecipientDirectory,
  ) {}

  @Get()
  @Roles('viewer')
  @ReadsOwnWrites()
  @ApiOperation({ summary: "Read a recipient's inbox", operationId: 'listInbox' })
  @ApiOkResponse({ description: 'A page of messages.', type: InboxPageResponse })
  @ApiProblems('validation', 'not_found')
  async list(
    @IdParam('recipientId') recipientId: string,
    @Query() query: InboxQueryRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<InboxPageResponse> {
    await this.requireRecipient(recipientId);
    const { unread: unreadOnly } = query;
    const page = await rowPage(request, reply, {
      query,
      read: (place) => this.inbox.list({ recipientId, orderBy: 'newest', unreadOnly, ...place }),
      itemsOf: async (rows) => {
        const messages = await this.texts.write(recipientId, rows);
        return rows.map((row) => inboxMessageOf(row, messages.get(row.dispatchId)));
      },
    });
    return { ...page, unreadCount: await this.inbox.unreadCount(recipientId) };
  }

  @Post('read-all')
  @HttpCode(200)
  @Roles('operator')
  @ApiOperation({ summary: 'Mark all messages as read', operationId: 'readWholeInbox' })
  @ApiOkResponse({ description: 'All are read.', type: FlaggedResponse })
  @ApiProblems('validation', 'not_found')
  async readAll(@IdParam('recipientId') recipientId: string): Promise<FlaggedResponse> {
    await this.requireRecipient(recipientId);
    return { changed: await this.flagging.markAllRead(recipientId) };
  }

  @Post(':dispatchId/read')
  @HttpCode(200)
  @Roles('operator')
  @ApiOperation({ summary: 'Mark a message as read', operationId: 'readInboxMessage' })
  @ApiOkResponse({ description: 'It is read.', type: FlaggedResponse })
  @ApiProblems('validation', 'not_found')
  async read(
    @IdParam('recipientId') recipientId: string,
    @DispatchIdParam() dispatchId: string,
  ): Promise<FlaggedResponse> {
    await this.requireMessage(recipientId, dispatchId);
    return { changed: await this.flagging.markRead(recipientId, [dispatchId]) };
  }

  @Post(':dispatchId/dismiss')
  @HttpCode(200)
  @Roles('operator')
  @ApiOperation({
    summary: 'Take a message out of the inbox; what was told stays on record',
    operationId: 'dismissInboxMessage',
  })
  @ApiOkResponse({ description: 'It is gone from the inbox.', type: FlaggedResponse })
  @ApiProblems('validation', 'not_found')
  async dismiss(
    @IdParam('recipientId') recipientId: string,
    @DispatchIdParam() dispatchId: string,
  ): Promise<FlaggedResponse> {
    await this.requireMessage(recipientId, dispatchId);
    return { changed: await this.flagging.dismiss(recipientId, [dispatchId]) };
  }

  private async requireRecipient(recipientId: string): Promise<void> {
    if ((await this.recipients.findMany([recipientId])).has(recipientId)) return;
    throw new Refused('not_found', 'there is no such recipient');
  }

  private async requireMessage(recipientId: string, dispatchId: string): Promise<void> {
    if ((await this.inbox.find(dispatchId))?.recipientId === recipientId) return;
    throw new Refused('not_found', 'there is no such message');
  }
}
