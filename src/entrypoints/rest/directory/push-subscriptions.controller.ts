import { Body, Controller, Delete, HttpCode, Put } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { PutPushSubscription } from '../../../application/directory/put-push-subscription.js';
import { RecipientTable } from '../../../application/ports/recipients.port.js';
import { Roles } from '../access/access.decorators.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';
import { orProblem, Refused } from '../problem/refused.js';
import { IdParam } from '../validation/id.pipe.js';
import { PushSubscriptionRequest, PushSubscriptionResponse } from './recipient.request.js';

@ApiTags('directory')
@Controller('v1/recipients/:recipientId/push-subscriptions')
export class PushSubscriptionsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly recipients: RecipientTable,
  ) {}

  @Put()
  @Roles('operator')
  @ApiOperation({
    summary: 'Add a push subscription of a recipient, or renew its keys',
    operationId: 'putPushSubscription',
  })
  @ApiOkResponse({ description: 'It is kept.', type: PushSubscriptionResponse })
  @ApiProblems('validation', 'not_found', 'invalid_transition')
  async put(
    @IdParam('recipientId') recipientId: string,
    @Body() { endpoint, p256dh, auth }: PushSubscriptionRequest,
  ): Promise<PushSubscriptionResponse> {
    const command = new PutPushSubscription(recipientId, { endpoint, p256dh, auth });
    const { subscriptionId } = orProblem(await this.commands.execute(command));
    return { subscriptionId };
  }

  @Delete(':subscriptionId')
  @HttpCode(204)
  @Roles('operator')
  @ApiOperation({
    summary: 'Forget a push subscription of a recipient',
    operationId: 'deletePushSubscription',
  })
  @ApiNoContentResponse({ description: 'It is forgotten.' })
  @ApiProblems('validation', 'not_found')
  async remove(
    @IdParam('recipientId') recipientId: string,
    @IdParam('subscriptionId') subscriptionId: string,
  ): Promise<void> {
    if (await this.recipients.removePushSubscription(recipientId, subscriptionId)) return;
    throw new Refused('not_found', 'there is no such push subscription');
  }
}
