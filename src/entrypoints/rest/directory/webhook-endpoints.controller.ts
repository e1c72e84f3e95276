import { Body, Controller, Delete, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { AddWebhookEndpoint } from '../../../application/directory/add-webhook-endpoint.js';
import { WebhookEndpointTable } from '../../../application/ports/webhook-endpoints.port.js';
import type { WebhookEndpoint } from '../../../application/ports/webhook-endpoints.port.js';
import { Roles } from '../access/access.decorators.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';
import type { Page } from '../paging/page.js';
import { PageQuery } from '../paging/page.query.js';
import { orProblem, Refused } from '../problem/refused.js';
import { IdParam } from '../validation/id.pipe.js';
import { idPage } from './id-page.js';
import {
  WebhookEndpointCreatedResponse,
  WebhookEndpointPageResponse,
  WebhookEndpointRequest,
  WebhookEndpointResponse,
} from './webhook-endpoint.request.js';

@ApiTags('directory')
@Controller('v1/webhook-endpoints')
export class WebhookEndpointsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly endpoints: WebhookEndpointTable,
  ) {}

  /** Takes no `Idempotency-Key`: a kept answer would keep the secret. A repetition is refused and names the first. */
  @Post()
  @Roles('operator')
  @ApiOperation({
    summary: 'Add a webhook endpoint and show its secret, once',
    description:
      'A recipient has at most one enabled endpoint, and there is at most one default. A repeated request is refused with the `endpointId` of the first: delete it and add it again if its secret was lost.',
    operationId: 'addWebhookEndpoint',
  })
  @ApiCreatedResponse({ description: 'It is added.', type: WebhookEndpointCreatedResponse })
  @ApiProblems('validation', 'not_found', 'invalid_transition')
  async add(
    @Body() { url, recipientId }: WebhookEndpointRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookEndpointCreatedResponse> {
    const command = new AddWebhookEndpoint(url, recipientId ?? null);
    const { endpointId, secret } = orProblem(await this.commands.execute(command));
    void reply.header('cache-control', 'no-store');
    void reply.header('location', `/v1/webhook-endpoints/${endpointId}`);
    return { endpointId, secret };
  }

  @Get()
  @Roles('operator')
  @ApiOperation({ summary: 'List webhook endpoints by id', operationId: 'listWebhookEndpoints' })
  @ApiOkResponse({ description: 'A page of endpoints.', type: WebhookEndpointPageResponse })
  @ApiProblems('validation')
  list(
    @Query() query: PageQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<WebhookEndpointResponse>> {
    return idPage(request, reply, {
      list: 'webhook-endpoints',
      query,
      read: (page) => this.endpoints.list(page),
      idOf: ({ endpointId }) => endpointId,
      itemOf: responseOf,
    });
  }

  @Get(':endpointId')
  @Roles('operator')
  @ApiOperation({ summary: 'Read a webhook endpoint', operationId: 'getWebhookEndpoint' })
  @ApiOkResponse({
    description: 'The endpoint, without its secret.',
    type: WebhookEndpointResponse,
  })
  @ApiProblems('validation', 'not_found')
  async get(@IdParam('endpointId') endpointId: string): Promise<WebhookEndpointResponse> {
    const endpoint = await this.endpoints.find(endpointId);
    if (endpoint === null) throw unknownEndpoint();
    return responseOf(endpoint);
  }

  @Delete(':endpointId')
  @HttpCode(204)
  @Roles('operator')
  @ApiOperation({ summary: 'Delete a webhook endpoint', operationId: 'deleteWebhookEndpoint' })
  @ApiNoContentResponse({ description: 'It is gone.' })
  @ApiProblems('validation', 'not_found')
  async remove(@IdParam('endpointId') endpointId: string): Promise<void> {
    if (!(await this.endpoints.remove(endpointId))) throw unknownEndpoint();
  }
}

const unknownEndpoint = (): Refused => new Refused('not_found', 'there is no such endpoint');

const responseOf = (endpoint: WebhookEndpoint): WebhookEndpointResponse => {
  const { origin, pathname } = new URL(endpoint.url);
  return { ...endpoint, url: origin + pathname };
};
