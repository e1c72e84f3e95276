import { Injectable } from '@nestjs/common';

import { RowFlags } from '../shared/row-flags.port.js';
import { banner } from './banner.projection.js';

/** What readers do to banners. */
@Injectable()
export class BannerFlagging {
  constructor(private readonly flags: RowFlags) {}

  /** False when there is no such banner, or it was dismissed before. */
  async dismiss(targetId: string, actionId: string): Promise<boolean> {
    const raised = await this.flags.raise(banner, 'dismissedAt', [
      { column: 'targetId', is: targetId },
      { column: 'actionId', is: actionId },
    ]);
    return raised > 0;
  }
}
