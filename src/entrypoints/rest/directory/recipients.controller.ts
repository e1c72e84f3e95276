import { Body, Controller, Delete, Get, Put, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { RecordRecipients } from '../../../application/directory/record-recipients.js';
import { RecipientDirectory, RecipientTable } from '../../../application/ports/recipients.port.js';
import type { RecipientRow } from '../../../application/ports/recipients.port.js';
import { Roles } from '../access/access.decorators.js';
import { FromCaller } from '../context/caller.decorator.js';
import type { Caller } from '../context/caller.decorator.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';
import type { Page } from '../paging/page.js';
import { PageQuery } from '../paging/page.query.js';
import { Refused } from '../problem/refused.js';
import { IdParam } from '../validation/id.pipe.js';
import { idPage } from './id-page.js';
import { metadataOf } from './metadata-of.js';
import { RecipientPageResponse, RecipientRequest, RecipientResponse } from './recipient.request.js';
import { WrittenResponse, writtenAt } from './written.response.js';

/** Personal data: for operators and admins only, and never echoed by a write. */
@ApiTags('directory')
@Controller('v1/recipients')
export class RecipientsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly recipients: RecipientDirectory,
    private readonly table: RecipientTable,
  ) {}

  @Put(':recipientId')
  @Roles('operator')
  @ApiOperation({ summary: 'Add or change a recipient', operationId: 'putRecipient' })
  @ApiOkResponse({ description: 'It is as asked. Addresses are no events.', type: WrittenResponse })
  @ApiProblems('validation', 'intent_changed')
  async put(
    @IdParam('recipientId') recipientId: string,
    @Body() { displayName, zone, locale, emails }: RecipientRequest,
  ): Promise<WrittenResponse> {
    const change = { recipientId, displayName, zone, locale, emails };
    const written = await this.commands.execute(new RecordRecipients([change]));
    if (written.get(recipientId) === 'erased') {
      throw new Refused('intent_changed', 'the recipient was erased: use a new id');
    }
    return writtenAt(null);
  }

  @Get()
  @Roles('operator')
  @ApiOperation({ summary: 'List recipients by id', operationId: 'listRecipients' })
  @ApiOkResponse({ description: 'A page of recipients.', type: RecipientPageResponse })
  @ApiProblems('validation')
  list(
    @Query() query: PageQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<RecipientResponse>> {
    return idPage(request, reply, {
      list: 'recipients',
      query,
      read: (page) => this.table.list(page),
      idOf: ({ recipientId }) => recipientId,
      itemOf: responseOf,
    });
  }

  @Get(':recipientId')
  @Roles('operator')
  @ApiOperation({ summary: 'Read a recipient', operationId: 'getRecipient' })
  @ApiOkResponse({ description: 'The recipient.', type: RecipientResponse })
  @ApiProblems('validation', 'not_found')
  async get(@IdParam('recipientId') recipientId: string): Promise<RecipientResponse> {
    const row = (await this.table.findMany([recipientId])).get(recipientId);
    if (row === undefined) throw unknownRecipient();
    return responseOf(row);
  }

  @Delete(':recipientId')
  @Roles('admin')
  @ApiOperation({
    summary: 'Erase everything personal of a recipient, for good',
    operationId: 'eraseRecipient',
  })
  @ApiOkResponse({ description: 'It is recorded and erased.', type: WrittenResponse })
  @ApiProblems('validation', 'not_found')
  async erase(
    @IdParam('recipientId') recipientId: string,
    @FromCaller() caller: Caller,
  ): Promise<WrittenResponse> {
    const erased = await this.recipients.erase(recipientId, metadataOf(caller));
    if (erased === null) throw unknownRecipient();
    return writtenAt(erased.position);
  }
}

const unknownRecipient = (): Refused => new Refused('not_found', 'there is no such recipient');

const responseOf = (row: RecipientRow): RecipientResponse => ({
  recipientId: row.recipientId,
  displayName: row.displayName,
  zone: row.zone,
  locale: row.locale,
  emails: row.emails,
  erased: row.erased,
});
