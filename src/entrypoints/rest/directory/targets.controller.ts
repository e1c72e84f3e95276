import { Body, Controller, Delete, Get, Put, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { DestroyTarget } from '../../../application/directory/destroy-target.js';
import { RecordTargets } from '../../../application/directory/record-targets.js';
import { TargetDirectory } from '../../../application/ports/directory.port.js';
import type { TargetFilter } from '../../../application/ports/directory.port.js';
import { Roles } from '../access/access.decorators.js';
import { FromCaller } from '../context/caller.decorator.js';
import type { Caller } from '../context/caller.decorator.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';
import type { Page } from '../paging/page.js';
import { orProblem, Refused } from '../problem/refused.js';
import { IdParam } from '../validation/id.pipe.js';
import { labelOf } from './directory-fields.js';
import { idPage } from './id-page.js';
import { metadataOf } from './metadata-of.js';
import {
  TargetPageResponse,
  targetOf,
  TargetQueryRequest,
  TargetRequest,
  TargetResponse,
} from './target.request.js';
import { WrittenResponse, writtenAt } from './written.response.js';

@ApiTags('directory')
@Controller('v1/targets')
export class TargetsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly targets: TargetDirectory,
  ) {}

  @Put(':targetId')
  @Roles('operator')
  @ApiOperation({ summary: 'Add or change a target', operationId: 'putTarget' })
  @ApiOkResponse({ description: 'It is as asked.', type: WrittenResponse })
  @ApiProblems('validation')
  async put(
    @IdParam('targetId') targetId: string,
    @Body() body: TargetRequest,
    @FromCaller() caller: Caller,
  ): Promise<WrittenResponse> {
    const { name, type, ownerId, labels, lifecycle, version, pin } = body;
    const change = { targetId, name, type, ownerId, labels, lifecycle, version, pin };
    const command = new RecordTargets([change], metadataOf(caller));
    const written = await this.commands.execute(command);
    return writtenAt(written.get(targetId)?.position ?? null);
  }

  @Get()
  @Roles('viewer')
  @ApiOperation({ summary: 'List targets by id', operationId: 'listTargets' })
  @ApiOkResponse({ description: 'A page of targets.', type: TargetPageResponse })
  @ApiProblems('validation')
  list(
    @Query() query: TargetQueryRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<TargetResponse>> {
    const filter = filterOf(query);
    return idPage(request, reply, {
      list: `targets ${JSON.stringify(filter)}`,
      query,
      read: (page) => this.targets.list(filter, page),
      idOf: ({ targetId }) => targetId,
      itemOf: targetOf,
    });
  }

  @Get(':targetId')
  @Roles('viewer', 'runner')
  @ApiOperation({ summary: 'Read a target', operationId: 'getTarget' })
  @ApiOkResponse({ description: 'The target.', type: TargetResponse })
  @ApiProblems('validation', 'not_found')
  async get(@IdParam('targetId') targetId: string): Promise<TargetResponse> {
    const target = (await this.targets.findMany([targetId])).get(targetId);
    if (target === undefined) throw new Refused('not_found', 'there is no such target');
    return targetOf(target);
  }

  @Delete(':targetId')
  @Roles('operator')
  @ApiOperation({
    summary: 'Note that a target is destroyed; it stays listed',
    operationId: 'destroyTarget',
  })
  @ApiOkResponse({ description: 'It is noted as destroyed.', type: WrittenResponse })
  @ApiProblems('validation', 'not_found')
  async destroy(
    @IdParam('targetId') targetId: string,
    @FromCaller() caller: Caller,
  ): Promise<WrittenResponse> {
    const command = new DestroyTarget(targetId, metadataOf(caller));
    return writtenAt(orProblem(await this.commands.execute(command)).position);
  }
}

function filterOf({ label, type, ownerId, lifecycle, version }: TargetQueryRequest): TargetFilter {
  const pairs = label?.map(labelOf).filter((pair) => pair !== null);
  return { labels: pairs && Object.fromEntries(pairs), type, ownerId, lifecycle, version };
}
