import { Controller, HttpCode, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { ResendNotice } from '../../../application/notice/resend-notice.js';
import { NoticeSweep } from '../../../application/ports/notice-sweep.port.js';
import { NotificationQueries } from '../../../projections/notification/notification.queries.js';
import { Roles } from '../access/access.decorators.js';
import { commandContextOf, FromCaller } from '../context/caller.decorator.js';
import type { Caller } from '../context/caller.decorator.js';
import { Idempotent } from '../idempotency/idempotent.decorator.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';
import { orProblem, Refused } from '../problem/refused.js';
import { DispatchIdParam } from '../validation/dispatch-id.pipe.js';
import { ResentResponse, SweptResponse } from './notice.response.js';

/** What operators do about notices. */
@ApiTags('notices')
@Controller('v1/notices')
export class NoticeCommandsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly notices: NotificationQueries,
    private readonly noticeSweep: NoticeSweep,
  ) {}

  @Post('sweep')
  @HttpCode(200)
  @Roles('operator')
  @ApiOperation({
    summary: 'Send what is due, now',
    description: 'One round of the work that the relay does all the time; safe to repeat.',
    operationId: 'sweepNotices',
  })
  @ApiOkResponse({ description: 'What was done.', type: SweptResponse })
  async sweep(): Promise<SweptResponse> {
    const { processed, sent, failed, recovered, voidedStale } = await this.noticeSweep.runOnce();
    return { processed, sent, failed, recovered, voidedStale };
  }

  @Post(':dispatchId/resend')
  @HttpCode(200)
  @Roles('operator')
  @Idempotent()
  @ApiOperation({
    summary: 'Send a notice again, while it is true',
    description:
      'One that did not go out is put back for the relay. One that was sent is replayed, on channels whose receivers know repetitions by their key: one attempt under the same id, with the secret of now, which changes nothing about the notice.',
    operationId: 'resendNotice',
  })
  @ApiOkResponse({ description: 'It is put back, or was replayed.', type: ResentResponse })
  @ApiProblems('validation', 'not_found', 'invalid_transition', 'no_longer_true')
  async resend(
    @DispatchIdParam() dispatchId: string,
    @FromCaller() caller: Caller,
  ): Promise<ResentResponse> {
    // The id alone does not tell the action; this never changes, so it does not matter how far the read model is.
    const row = await this.notices.find(dispatchId);
    if (row === null) throw new Refused('not_found', 'there is no such dispatch');
    const { actionId, targetId, recipientId, channel, kind, revision, lead } = row;
    const key = { targetId, recipientId, channel, kind, revision, lead };
    const command = new ResendNotice({ actionId, key }, commandContextOf(caller));
    const resent = orProblem(await this.commands.execute(command));
    if (resent.kind === 'requeued') {
      const position = String(resent.position);
      return { dispatchId, replay: false, result: null, error: null, position };
    }
    const { result } = resent;
    const error = 'error' in result ? `${result.failureClass}: ${result.error}` : null;
    return { dispatchId, replay: true, result: result.kind, error, position: null };
  }
}
