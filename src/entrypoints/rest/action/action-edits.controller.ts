import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Command } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import { actionStream } from '../../../application/action/action-stream.js';
import { CancelAction } from '../../../application/action/cancel-action.js';
import { CancelTarget } from '../../../application/action/cancel-target.js';
import type { Edited } from '../../../application/action/edit-action.js';
import { PauseAction } from '../../../application/action/pause-action.js';
import { RescheduleAction } from '../../../application/action/reschedule-action.js';
import { ResumeAction } from '../../../application/action/resume-action.js';
import { RetryFailed } from '../../../application/action/retry-failed.js';
import { RunNow } from '../../../application/action/run-action-now.js';
import { namingActions } from '../../../application/action/schedule-action.js';
import { Outbox } from '../../../application/ports/outbox.port.js';
import { Roles } from '../access/access.decorators.js';
import { setEditVersion } from '../concurrency/etag.js';
import { ApiIfMatch, IfMatch } from '../concurrency/if-match.decorator.js';
import type { ExpectedEdit } from '../concurrency/if-match.decorator.js';
import { commandContextOf, FromCaller } from '../context/caller.decorator.js';
import type { Caller } from '../context/caller.decorator.js';
import { Idempotent } from '../idempotency/idempotent.decorator.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';
import { orProblem } from '../problem/refused.js';
import { IdParam } from '../validation/id.pipe.js';
import {
  ActionCancelledResponse,
  ActionWrittenResponse,
  TargetCancelledResponse,
  writtenOf,
} from './action.response.js';
import { cancelledOf, targetStatusOf } from './cancelled.js';
import { ReasonRequest, RescheduleRequest, RetryFailedRequest } from './edit.request.js';
import { instantOf } from './schedule-input.js';

/** Orders of admins on an action. Cancel and pause need no `If-Match`: to stop is always allowed. */
@ApiTags('actions')
@Controller('v1/actions/:actionId')
export class ActionEditsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly outbox: Outbox,
  ) {}

  @Post('reschedule')
  @HttpCode(200)
  @Roles('operator')
  @Idempotent()
  @ApiIfMatch()
  @ApiOperation({ summary: 'Move stages that have not opened', operationId: 'rescheduleAction' })
  @ApiOkResponse({ description: 'Moved.', type: ActionWrittenResponse })
  @ApiProblems('validation', 'not_found', 'invalid_transition')
  reschedule(
    @IdParam('actionId') actionId: string,
    @IfMatch() ifVersion: ExpectedEdit,
    @Body() body: RescheduleRequest,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActionWrittenResponse> {
    const runAt = instantOf(body.runAt, body.zone, '/runAt');
    const input = { actionId, ifVersion, runAt, reason: body.reason ?? null };
    return this.edit(actionId, reply, new RescheduleAction(input, commandContextOf(caller)));
  }

  @Post('pause')
  @HttpCode(200)
  @Roles('operator')
  @Idempotent()
  @ApiOperation({ summary: 'Hold everything back', operationId: 'pauseAction' })
  @ApiOkResponse({ description: 'Paused.', type: ActionWrittenResponse })
  @ApiProblems('validation', 'not_found', 'invalid_transition')
  pause(
    @IdParam('actionId') actionId: string,
    @Body() body: ReasonRequest,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActionWrittenResponse> {
    const input = { actionId, ifVersion: null, reason: body.reason ?? null };
    return this.edit(actionId, reply, new PauseAction(input, commandContextOf(caller)));
  }

  @Post('resume')
  @HttpCode(200)
  @Roles('operator')
  @Idempotent()
  @ApiIfMatch()
  @ApiOperation({ summary: 'Let a paused action go on', operationId: 'resumeAction' })
  @ApiOkResponse({ description: 'Resumed.', type: ActionWrittenResponse })
  @ApiProblems('not_found', 'invalid_transition')
  resume(
    @IdParam('actionId') actionId: string,
    @IfMatch() ifVersion: ExpectedEdit,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActionWrittenResponse> {
    const command = new ResumeAction({ actionId, ifVersion }, commandContextOf(caller));
    return this.edit(actionId, reply, command);
  }

  @Post('run-now')
  @HttpCode(200)
  @Roles('operator')
  @Idempotent()
  @ApiIfMatch()
  @ApiOperation({ summary: 'Start every stage that has not opened', operationId: 'runActionNow' })
  @ApiOkResponse({ description: 'Started.', type: ActionWrittenResponse })
  @ApiProblems('validation', 'not_found', 'invalid_transition')
  runNow(
    @IdParam('actionId') actionId: string,
    @IfMatch() ifVersion: ExpectedEdit,
    @Body() body: ReasonRequest,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActionWrittenResponse> {
    const input = { actionId, ifVersion, reason: body.reason ?? null };
    return this.edit(actionId, reply, new RunNow(input, commandContextOf(caller)));
  }

  @Post('retry-failed')
  @HttpCode(200)
  @Roles('operator')
  @Idempotent()
  @ApiIfMatch()
  @ApiOperation({ summary: 'Try the failed targets again', operationId: 'retryFailed' })
  @ApiOkResponse({ description: 'Pending again.', type: ActionWrittenResponse })
  @ApiProblems('validation', 'not_found', 'invalid_transition', 'target_busy')
  retryFailed(
    @IdParam('actionId') actionId: string,
    @IfMatch() ifVersion: ExpectedEdit,
    @Body() body: RetryFailedRequest,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActionWrittenResponse> {
    const { notBefore: at } = body;
    const notBefore = at === undefined ? null : instantOf(at, undefined, '/notBefore');
    const input = { actionId, ifVersion, notBefore };
    return this.edit(actionId, reply, new RetryFailed(input, commandContextOf(caller)));
  }

  @Post('cancel')
  @HttpCode(200)
  @Roles('operator')
  @Idempotent()
  @ApiOperation({ summary: 'Call the whole action off', operationId: 'cancelAction' })
  @ApiOkResponse({ description: 'Called off, or ended before.', type: ActionCancelledResponse })
  @ApiProblems('validation', 'not_found')
  async cancel(
    @IdParam('actionId') actionId: string,
    @Body() body: ReasonRequest,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActionCancelledResponse> {
    const input = { actionId, ifVersion: null, reason: body.reason ?? null };
    const command = new CancelAction(input, commandContextOf(caller));
    const { state, position } = await this.execute(command);
    setEditVersion(reply, state.editVersion);
    const inFlight = await this.outbox.inFlight(actionStream(actionId), null);
    return { ...writtenOf(actionId, state, position), ...cancelledOf(state, inFlight) };
  }

  @Post('targets/:targetId/cancel')
  @HttpCode(200)
  @Roles('operator')
  @Idempotent()
  @ApiOperation({ summary: 'Call one target off', operationId: 'cancelTarget' })
  @ApiOkResponse({ description: 'Called off.', type: TargetCancelledResponse })
  @ApiProblems('validation', 'not_found', 'too_late')
  async cancelTarget(
    @IdParam('actionId') actionId: string,
    @IdParam('targetId') targetId: string,
    @Body() body: ReasonRequest,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TargetCancelledResponse> {
    const input = { actionId, targetId, ifVersion: null, reason: body.reason ?? null };
    const command = new CancelTarget(input, commandContextOf(caller));
    const { state, position } = await this.execute(command);
    setEditVersion(reply, state.editVersion);
    const targetStatus = targetStatusOf(state, targetId);
    return { ...writtenOf(actionId, state, position), targetId, targetStatus };
  }

  private async edit(
    actionId: string,
    reply: FastifyReply,
    command: Command<Edited>,
  ): Promise<ActionWrittenResponse> {
    const { state, position } = await this.execute(command);
    setEditVersion(reply, state.editVersion);
    return writtenOf(actionId, state, position);
  }

  private async execute(command: Command<Edited>): Promise<Extract<Edited, { ok: true }>> {
    const edited = await this.commands.execute(command);
    if (edited.ok) return edited;
    return orProblem<Edited>({ ...edited, refusal: namingActions(edited.refusal) });
  }
}
