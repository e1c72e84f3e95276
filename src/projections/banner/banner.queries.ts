import { Injectable } from '@nestjs/common';

import { RowReader } from '../shared/row-reader.port.js';
import type { RowPage, Shown } from '../shared/row-reader.port.js';
import { BANNER_STATES, banner } from './banner.projection.js';
import type { BannerFlags, BannerRow, BannerState } from './banner.projection.js';

export type TargetBanner = Shown<BannerRow, BannerFlags>;

export interface BannerList {
  readonly targetId: string;
  /** All states unless told otherwise. */
  readonly states?: readonly BannerState[];
  readonly limit: number;
  readonly after?: string | null;
}

/** What stands above a target: the soonest first, without what was dismissed. */
@Injectable()
export class BannerQueries {
  constructor(private readonly rows: RowReader) {}

  list({
    targetId,
    states = BANNER_STATES,
    limit,
    after = null,
  }: BannerList): Promise<RowPage<TargetBanner>> {
    return this.rows.page(banner, {
      where: [
        { column: 'targetId', is: targetId },
        { column: 'state', in: states },
        { column: 'isDismissed', is: false },
      ],
      order: [{ by: 'startsAt', direction: 'asc' }],
      limit,
      after,
    });
  }
}
