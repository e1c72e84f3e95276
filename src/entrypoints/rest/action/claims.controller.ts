import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { HeartbeatClaim } from '../../../application/action/heartbeat-claim.js';
import { RecordOutcome } from '../../../application/action/record-outcome.js';
import { Roles } from '../access/access.decorators.js';
import { commandContextOf, FromCaller } from '../context/caller.decorator.js';
import type { Caller } from '../context/caller.decorator.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';
import { orProblem, refuseField, Refused } from '../problem/refused.js';
import { IdParam } from '../validation/id.pipe.js';
import { ActionWrittenResponse, writtenOf } from './action.response.js';
import { HeartbeatRequest, HeartbeatResponse, OutcomeRequest } from './claim.request.js';

/** What the holder of a claim says of its work. */
@ApiTags('claims')
@Controller('v1/actions/:actionId/targets/:targetId')
export class ClaimsController {
  constructor(private readonly commands: CommandBus) {}

  @Post('outcome')
  @HttpCode(200)
  @Roles('runner', 'operator')
  @ApiOperation({
    summary: 'Record how the work on a target ended; the same outcome again changes nothing',
    operationId: 'recordOutcome',
  })
  @ApiOkResponse({ description: 'Recorded.', type: ActionWrittenResponse })
  @ApiProblems('validation', 'not_found', 'outcome_conflict', 'lease_lost')
  async outcome(
    @IdParam('actionId') actionId: string,
    @IdParam('targetId') targetId: string,
    @Body() body: OutcomeRequest,
    @FromCaller() caller: Caller,
  ): Promise<ActionWrittenResponse> {
    const { fence, outcome, retryable = false } = body;
    const reason = body.reason ?? null;
    if (outcome !== 'applied' && reason === null) {
      throw refuseField('/reason', 'required', `${outcome} needs a reason`);
    }
    const result = { targetId, fence, outcome, reason, retryable, startedAt: null };
    const command = new RecordOutcome({ actionId, result }, commandContextOf(caller));
    const recorded = await this.commands.execute(command);
    if (!recorded.ok && recorded.refusal.code === 'stale_claim') throw leaseLost();
    const { state, position } = orProblem(recorded);
    return writtenOf(actionId, state, position);
  }

  @Post('heartbeat')
  @HttpCode(200)
  @Roles('runner', 'operator')
  @ApiOperation({ summary: 'Say that the work goes on', operationId: 'heartbeat' })
  @ApiOkResponse({ description: 'The lease is renewed.', type: HeartbeatResponse })
  @ApiProblems('validation', 'lease_lost')
  async heartbeat(
    @IdParam('actionId') actionId: string,
    @IdParam('targetId') targetId: string,
    @Body() { fence }: HeartbeatRequest,
    @FromCaller() caller: Caller,
  ): Promise<HeartbeatResponse> {
    const input = { actionId, targetId, fence };
    const answer = await this.commands.execute(new HeartbeatClaim(input, commandContextOf(caller)));
    if (answer.kind === 'lost') throw leaseLost();
    const { leaseUntil, isCalledOff } = answer;
    return { leaseUntil, directive: isCalledOff ? 'cancel' : 'go_on' };
  }
}

const leaseLost = (): Refused =>
  new Refused('lease_lost', 'this claim is over: stop working on the target');
