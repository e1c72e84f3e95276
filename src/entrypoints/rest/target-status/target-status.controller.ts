import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { TargetDirectory } from '../../../application/ports/directory.port.js';
import { BannerFlagging } from '../../../projections/banner/banner-flagging.js';
import { BannerQueries } from '../../../projections/banner/banner.queries.js';
import { PAGE_LIMIT_MAX } from '../../../projections/shared/row-reader.port.js';
import { Roles } from '../access/access.decorators.js';
import { ReadsOwnWrites } from '../consistency/reads-own-writes.decorator.js';
import { targetOf } from '../directory/target.request.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';
import { Refused } from '../problem/refused.js';
import { IdParam } from '../validation/id.pipe.js';
import { LiveActions } from './live-actions.js';
import {
  bannerResponseOf,
  DismissedResponse,
  TargetStatusResponse,
} from './target-status.response.js';

/** What a page about one target shows: what it is, what is going on, and what is to come. */
@ApiTags('targets')
@Controller('v1/targets/:targetId')
export class TargetStatusController {
  constructor(
    private readonly directory: TargetDirectory,
    private readonly live: LiveActions,
    private readonly banners: BannerQueries,
    private readonly flagging: BannerFlagging,
  ) {}

  @Get('status')
  @Roles('viewer', 'runner')
  @ReadsOwnWrites()
  @ApiOperation({ summary: 'See what is going on with a target', operationId: 'getTargetStatus' })
  @ApiOkResponse({ description: 'Its status.', type: TargetStatusResponse })
  @ApiProblems('validation', 'not_found')
  async status(@IdParam('targetId') targetId: string): Promise<TargetStatusResponse> {
    const target = (await this.directory.findMany([targetId])).get(targetId);
    if (target === undefined) throw new Refused('not_found', 'there is no such target');
    const [live, { rows }] = await Promise.all([
      this.live.of(targetId),
      this.banners.list({ targetId, limit: PAGE_LIMIT_MAX }),
    ]);
    return { target: targetOf(target), live, banners: rows.map(bannerResponseOf) };
  }

  @Post('banners/:actionId/dismiss')
  @HttpCode(200)
  @Roles('operator')
  @ApiOperation({ summary: 'Dismiss a banner', operationId: 'dismissBanner' })
  @ApiOkResponse({ description: 'It shows no more.', type: DismissedResponse })
  @ApiProblems('validation')
  async dismiss(
    @IdParam('targetId') targetId: string,
    @IdParam('actionId') actionId: string,
  ): Promise<DismissedResponse> {
    return { dismissed: await this.flagging.dismiss(targetId, actionId) };
  }
}
