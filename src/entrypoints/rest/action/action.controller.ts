import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import { ActionPolicy } from '../../../application/action/action-policy.js';
import { PreviewAction } from '../../../application/action/preview-action.js';
import { ScheduleAction } from '../../../application/action/schedule-action.js';
import { Roles } from '../access/access.decorators.js';
import { setEditVersion } from '../concurrency/etag.js';
import { commandContextOf, FromCaller } from '../context/caller.decorator.js';
import type { Caller } from '../context/caller.decorator.js';
import { Idempotent } from '../idempotency/idempotent.decorator.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';
import { orProblem } from '../problem/refused.js';
import {
  ActionScheduledResponse,
  PreviewResponse,
  previewOf,
  writtenOf,
} from './action.response.js';
import { PreviewActionRequest, ScheduleActionRequest } from './schedule-action.request.js';
import { planRequestOf, scheduleInputOf } from './schedule-input.js';

@ApiTags('actions')
@Controller('v1/actions')
export class ActionController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly policy: ActionPolicy,
  ) {}

  @Post()
  @Roles('operator')
  @Idempotent()
  @ApiOperation({ summary: 'Schedule an action', operationId: 'scheduleAction' })
  @ApiCreatedResponse({ description: 'It is live.', type: ActionScheduledResponse })
  @ApiProblems('validation', 'not_found', 'no_eligible_target', 'target_busy', 'plan_changed')
  async schedule(
    @Body() body: ScheduleActionRequest,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActionScheduledResponse> {
    const input = scheduleInputOf(body, this.policy);
    const command = new ScheduleAction(input, commandContextOf(caller));
    const { actionId, state, position } = orProblem(await this.commands.execute(command));
    setEditVersion(reply, state.editVersion);
    void reply.header('location', `/v1/actions/${actionId}`);
    const { destroyedTargetIds } = state;
    return { ...writtenOf(actionId, state, position), destroyedTargetIds };
  }

  @Post('preview')
  @HttpCode(200)
  @Roles('operator')
  @ApiOperation({
    summary: 'See what scheduling would do, without doing it',
    operationId: 'previewAction',
  })
  @ApiOkResponse({ description: 'The plan.', type: PreviewResponse })
  @ApiProblems('validation', 'not_found', 'no_eligible_target')
  async preview(@Body() body: PreviewActionRequest): Promise<PreviewResponse> {
    const query = new PreviewAction(planRequestOf(body));
    return previewOf(orProblem(await this.queries.execute(query)).plan);
  }
}
