import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import { Meters } from '../../../application/ports/meters.port.js';
import { Roles } from '../access/access.decorators.js';

@ApiTags('operating')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly meters: Meters) {}

  @Get()
  @Roles('viewer')
  @ApiOperation({ summary: 'Give all measurements for Prometheus', operationId: 'metrics' })
  @ApiProduces('text/plain')
  @ApiOkResponse({
    description: 'Prometheus text format; the names are in docs/metrics.md.',
    schema: { type: 'string' },
  })
  async metrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { contentType, text } = await this.meters.render();
    void reply.header('content-type', contentType);
    return text;
  }
}
