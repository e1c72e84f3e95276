import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';

import { Open } from '../access/access.decorators.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';
import { Refused } from '../problem/refused.js';
import { Readiness } from './readiness.js';
import type { CheckResult } from './readiness.js';

class LiveResponse {
  @ApiProperty({ description: 'Always this word.', example: 'live' })
  readonly status!: string;
}

class CheckResponse implements CheckResult {
  @ApiProperty({ description: 'What was checked.', example: 'database' })
  readonly name!: string;

  @ApiProperty({ description: 'Whether it holds.' })
  readonly healthy!: boolean;

  @ApiProperty({ description: 'Why it does not, or a remark.', required: false })
  readonly reason?: string;
}

class ReadyResponse {
  @ApiProperty({ description: 'Always this word.', example: 'ready' })
  readonly status!: string;

  @ApiProperty({ description: 'Every check with its result.', type: [CheckResponse] })
  readonly checks!: readonly CheckResponse[];
}

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @Open()
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Say that the process turns', operationId: 'live' })
  @ApiOkResponse({ description: 'The process answers.', type: LiveResponse })
  live(): LiveResponse {
    return { status: 'live' };
  }

  @Get('ready')
  @Open()
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Say whether the process can take work, and why not',
    operationId: 'ready',
  })
  @ApiOkResponse({ description: 'Every check holds.', type: ReadyResponse })
  @ApiProblems('unavailable')
  async ready(): Promise<ReadyResponse> {
    const checks = await this.readiness.results();
    const failing = checks.filter(({ healthy }) => !healthy).map(({ name }) => name);
    if (failing.length === 0) return { status: 'ready', checks };
    throw new Refused('unavailable', `not ready: ${failing.join(', ')}`, { facts: { checks } });
  }
}
