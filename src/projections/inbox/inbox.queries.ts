import { Injectable } from '@nestjs/common';

import { RowReader } from '../shared/row-reader.port.js';
import type { Condition, Order, RowPage, Shown } from '../shared/row-reader.port.js';
import { inbox } from './inbox.projection.js';
import type { InboxFlags, InboxRow } from './inbox.projection.js';

export type InboxMessage = Shown<InboxRow, InboxFlags>;

export const INBOX_ORDERS = ['newest', 'unread_first'] as const;

export interface InboxList {
  readonly recipientId: string;
  readonly orderBy: (typeof INBOX_ORDERS)[number];
  /** Only those that were not read yet. */
  readonly unreadOnly?: boolean;
  readonly limit: number;
  readonly after?: string | null;
}

const NEWEST: Order<InboxMessage> = { by: 'sentAt', direction: 'desc' };
const UNREAD_FIRST: Order<InboxMessage> = { by: 'isRead', direction: 'asc' };

/** A recipient's messages, without those that were dismissed. */
@Injectable()
export class InboxQueries {
  constructor(private readonly rows: RowReader) {}

  /** Dismissed ones too. */
  find(dispatchId: string): Promise<InboxMessage | null> {
    return this.rows.find(inbox, { dispatchId });
  }

  list(list: InboxList): Promise<RowPage<InboxMessage>> {
    const { recipientId, orderBy, unreadOnly = false, limit, after = null } = list;
    return this.rows.page(inbox, {
      where: unreadOnly ? unreadOf(recipientId) : messagesOf(recipientId),
      order: orderBy === 'newest' ? [NEWEST] : [UNREAD_FIRST, NEWEST],
      limit,
      after,
    });
  }

  unreadCount(recipientId: string): Promise<number> {
    return this.rows.count(inbox, unreadOf(recipientId));
  }
}

const messagesOf = (recipientId: string): readonly Condition<InboxMessage>[] => [
  { column: 'recipientId', is: recipientId },
  { column: 'isDismissed', is: false },
];

const unreadOf = (recipientId: string): readonly Condition<InboxMessage>[] => [
  ...messagesOf(recipientId),
  { column: 'isRead', is: false },
];
