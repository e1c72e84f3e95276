import { Injectable } from '@nestjs/common';

import { RowFlags } from '../shared/row-flags.port.js';
import { inbox } from './inbox.projection.js';

/** What a recipient does to messages. Only the recipient's own are touched; answers how many changed. */
@Injectable()
export class InboxFlagging {
  constructor(private readonly flags: RowFlags) {}

  markRead(recipientId: string, dispatchIds: readonly string[]): Promise<number> {
    return this.raise('readAt', recipientId, dispatchIds);
  }

  markAllRead(recipientId: string): Promise<number> {
    return this.flags.raise(inbox, 'readAt', [{ column: 'recipientId', is: recipientId }]);
  }

  dismiss(recipientId: string, dispatchIds: readonly string[]): Promise<number> {
    return this.raise('dismissedAt', recipientId, dispatchIds);
  }

  private raise(
    flag: 'readAt' | 'dismissedAt',
    recipientId: string,
    dispatchIds: readonly string[],
  ): Promise<number> {
    return this.flags.raise(inbox, flag, [
      { column: 'recipientId', is: recipientId },
      { column: 'dispatchId', in: dispatchIds },
    ]);
  }
}
