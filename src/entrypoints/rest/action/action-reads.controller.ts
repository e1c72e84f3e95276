import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { ActionEditor } from '../../../application/action/edit-action.js';
import { Texts } from '../../../application/ports/texts.port.js';
import { ActionCountersQueries } from '../../../projections/action-counters/action-counters.queries.js';
import { ActionSummaryQueries } from '../../../projections/action-summary/action-summary.queries.js';
import type { ActionList } from '../../../projections/action-summary/action-summary.queries.js';
import { TargetStatusQueries } from '../../../projections/target-status/target-status.queries.js';
import { Roles } from '../access/access.decorators.js';
import { setEditVersion } from '../concurrency/etag.js';
import { ReadsOwnWrites } from '../consistency/reads-own-writes.decorator.js';
import { commandContextOf, FromCaller } from '../context/caller.decorator.js';
import type { Caller } from '../context/caller.decorator.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';
import type { Page } from '../paging/page.js';
import { rowPage } from '../paging/row-page.js';
import { Refused } from '../problem/refused.js';
import { IdParam } from '../validation/id.pipe.js';
import { instantBound } from '../validation/instant-bound.js';
import { ActionsQueryRequest, ActionTargetsQueryRequest } from './action-reads.request.js';
import {
  ActionListItemResponse,
  ActionPageResponse,
  ActionResponse,
  LatenessResponse,
} from './action-reads.response.js';
import { actionListItemOf, actionViewOf, refsOf } from './action-view.js';
import { KnownActions } from './known-actions.js';
import {
  ActionTargetPageResponse,
  ActionTargetResponse,
  targetResponseOf,
} from './target-row.response.js';

/** Actions and their targets, as they are. */
@ApiTags('actions')
@Controller('v1/actions')
export class ActionReadsController {
  constructor(
    private readonly summaries: ActionSummaryQueries,
    private readonly counters: ActionCountersQueries,
    private readonly targets: TargetStatusQueries,
    private readonly editor: ActionEditor,
    private readonly texts: Texts,
    private readonly known: KnownActions,
  ) {}

  @Get()
  @Roles('viewer')
  @ReadsOwnWrites()
  @ApiOperation({ summary: 'List actions', operationId: 'listActions' })
  @ApiOkResponse({ description: 'A page of actions.', type: ActionPageResponse })
  @ApiProblems('validation')
  list(
    @Query() query: ActionsQueryRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<ActionListItemResponse>> {
    return rowPage(request, reply, {
      query,
      read: (page) => this.summaries.list({ ...listOf(query), ...page }),
      itemsOf: async (rows) => {
        const counters = await this.counters.findMany(rows.map(({ actionId }) => actionId));
        return rows.map((row) => actionListItemOf(row, counters.get(row.actionId)));
      },
    });
  }

  @Get(':actionId')
  @Roles('viewer')
  @ReadsOwnWrites()
  @ApiOperation({ summary: 'Read an action, with its ETag', operationId: 'getAction' })
  @ApiOkResponse({
    description: 'The action.',
    type: ActionResponse,
    headers: { ETag: { description: 'Edit version.', schema: { type: 'string' } } },
  })
  @ApiProblems('validation', 'not_found')
  async get(
    @IdParam('actionId') actionId: string,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActionResponse> {
    const state = await this.editor.look(actionId, commandContextOf(caller));
    if (state.terms === null) throw new Refused('not_found', 'there is no such action');
    const row = await this.summaries.find(actionId);
    if (row === null) throw new Refused('not_caught_up', 'the action is not in the lists yet');
    const words = await this.texts.findMany(refsOf(row, state));
    setEditVersion(reply, state.editVersion);
    return actionViewOf(row, state, state.terms, words);
  }

  @Get(':actionId/targets')
  @Roles('viewer')
  @ReadsOwnWrites()
  @ApiOperation({ summary: 'List the targets of an action', operationId: 'listActionTargets' })
  @ApiOkResponse({ description: 'A page of targets.', type: ActionTargetPageResponse })
  @ApiProblems('validation', 'not_found')
  async listTargets(
    @IdParam('actionId') actionId: string,
    @Query() query: ActionTargetsQueryRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<ActionTargetResponse>> {
    await this.known.require(actionId);
    const { status, stage } = query;
    const filter = {
      actionId,
      ...(status !== undefined && { status }),
      ...(stage !== undefined && { stage }),
    };
    return rowPage(request, reply, {
      query,
      read: (page) => this.targets.list({ ...filter, ...page }),
      itemsOf: (rows) => rows.map(targetResponseOf),
    });
  }

  @Get(':actionId/lateness')
  @Roles('viewer')
  @ReadsOwnWrites()
  @ApiOperation({
    summary: 'See how late its targets were claimed, and how long the work took',
    operationId: 'getActionLateness',
  })
  @ApiOkResponse({ description: 'Percentiles.', type: LatenessResponse })
  @ApiProblems('validation', 'not_found')
  async lateness(@IdParam('actionId') actionId: string): Promise<LatenessResponse> {
    await this.known.require(actionId);
    return this.targets.lateness(actionId);
  }
}

const ORDERS = {
  newest: { orderBy: 'createdAt', direction: 'desc' },
  soonest: { orderBy: 'runAt', direction: 'asc' },
} as const satisfies Record<ActionsQueryRequest['sort'], Pick<ActionList, 'orderBy' | 'direction'>>;

const listOf = (query: ActionsQueryRequest): Omit<ActionList, 'limit' | 'after'> => {
  const { status, type, targetId, runAtFrom, runAtBefore, sort } = query;
  return {
    ...ORDERS[sort],
    ...(status !== undefined && { status }),
    ...(type !== undefined && { type }),
    ...(targetId !== undefined && { targetId }),
    ...(runAtFrom !== undefined && { runAtFrom: instantBound(runAtFrom) }),
    ...(runAtBefore !== undefined && { runAtBefore: instantBound(runAtBefore) }),
  };
};
