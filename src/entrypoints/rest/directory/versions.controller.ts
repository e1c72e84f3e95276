import { Body, Controller, Delete, Get, Put, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { ImportRecords } from '../../../application/directory/import-records.js';
import { VersionCatalogue } from '../../../application/ports/versions.port.js';
import type { CatalogueEntry } from '../../../application/ports/versions.port.js';
import { Roles } from '../access/access.decorators.js';
import { FromCaller } from '../context/caller.decorator.js';
import type { Caller } from '../context/caller.decorator.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';
import type { Page } from '../paging/page.js';
import { PageQuery } from '../paging/page.query.js';
import { Refused } from '../problem/refused.js';
import { idPage } from './id-page.js';
import { metadataOf } from './metadata-of.js';
import {
  VersionPageResponse,
  VersionParam,
  VersionRequest,
  VersionResponse,
} from './version.request.js';
import { WrittenResponse, writtenAt } from './written.response.js';

@ApiTags('directory')
@Controller('v1/versions')
export class VersionsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly catalogue: VersionCatalogue,
  ) {}

  @Put(':version')
  @Roles('operator')
  @ApiOperation({
    summary: 'Publish a version, or enable or disable a known one',
    operationId: 'putVersion',
  })
  @ApiOkResponse({ description: 'It is as asked.', type: WrittenResponse })
  @ApiProblems('validation')
  async put(
    @VersionParam() version: string,
    @Body() { disabled = false }: VersionRequest,
    @FromCaller() caller: Caller,
  ): Promise<WrittenResponse> {
    const command = new ImportRecords([{ kind: 'version', version, disabled }], metadataOf(caller));
    return writtenAt((await this.commands.execute(command)).position);
  }

  @Get()
  @Roles('viewer')
  @ApiOperation({ summary: 'List versions by name', operationId: 'listVersions' })
  @ApiOkResponse({ description: 'A page of versions.', type: VersionPageResponse })
  @ApiProblems('validation')
  list(
    @Query() query: PageQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<VersionResponse>> {
    return idPage(request, reply, {
      list: 'versions',
      query,
      read: (page) => this.catalogue.list(page),
      idOf: ({ version }: CatalogueEntry) => version,
      itemOf: ({ version, disabled }: CatalogueEntry) => ({ version, disabled }),
    });
  }

  @Get(':version')
  @Roles('viewer')
  @ApiOperation({ summary: 'Read a version', operationId: 'getVersion' })
  @ApiOkResponse({ description: 'The version.', type: VersionResponse })
  @ApiProblems('validation', 'not_found')
  async get(@VersionParam() version: string): Promise<VersionResponse> {
    const found = await this.catalogue.find(version);
    if (found === null) throw unknownVersion();
    return { version, disabled: found.disabled };
  }

  @Delete(':version')
  @Roles('operator')
  @ApiOperation({
    summary: 'Disable a version: it is rolled out no more',
    operationId: 'disableVersion',
  })
  @ApiOkResponse({ description: 'It is disabled.', type: WrittenResponse })
  @ApiProblems('validation', 'not_found')
  async disable(
    @VersionParam() version: string,
    @FromCaller() caller: Caller,
  ): Promise<WrittenResponse> {
    const disabled = await this.catalogue.disable(version, metadataOf(caller));
    if (disabled === null) throw unknownVersion();
    return writtenAt(disabled.position);
  }
}

const unknownVersion = (): Refused => new Refused('not_found', 'there is no such version');
