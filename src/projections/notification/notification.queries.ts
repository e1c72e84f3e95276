import { Injectable } from '@nestjs/common';

import type { DispatchStatus } from '../../domain/action/action.state.js';
import type { ChannelName, NoticeKind } from '../../domain/notice/dispatch.js';
import { isUuid } from '../shared/is-uuid.js';
import { RowReader } from '../shared/row-reader.port.js';
import type { Condition, RowPage } from '../shared/row-reader.port.js';
import { notification } from './notification.projection.js';
import type { NotificationRow } from './notification.projection.js';

export interface NotificationFilter {
  readonly actionId?: string;
  readonly targetId?: string;
  readonly recipientId?: string;
  readonly channel?: ChannelName;
  readonly kind?: NoticeKind;
  readonly status?: readonly DispatchStatus[];
}

/** Dispatches: who was told what, where, and what became of it. */
@Injectable()
export class NotificationQueries {
  constructor(private readonly rows: RowReader) {}

  find(dispatchId: string): Promise<NotificationRow | null> {
    return isUuid(dispatchId)
      ? this.rows.find(notification, { dispatchId })
      : Promise.resolve(null);
  }

  /** The latest first. */
  list({
    limit,
    after = null,
    ...filter
  }: NotificationFilter & {
    readonly limit: number;
    readonly after?: string | null;
  }): Promise<RowPage<NotificationRow>> {
    return this.rows.page(notification, {
      where: conditions(filter),
      order: [{ by: 'queuedAt', direction: 'desc' }],
      limit,
      after,
    });
  }

  count(filter: NotificationFilter): Promise<number> {
    return this.rows.count(notification, conditions(filter));
  }
}

function conditions(filter: NotificationFilter): readonly Condition<NotificationRow>[] {
  const { actionId, targetId, recipientId, channel, kind, status } = filter;
  const where: Condition<NotificationRow>[] = [];
  if (actionId !== undefined) where.push({ column: 'actionId', is: actionId });
  if (targetId !== undefined) where.push({ column: 'targetId', is: targetId });
  if (recipientId !== undefined) where.push({ column: 'recipientId', is: recipientId });
  if (channel !== undefined) where.push({ column: 'channel', is: channel });
  if (kind !== undefined) where.push({ column: 'kind', is: kind });
  if (status !== undefined) where.push({ column: 'status', in: status });
  return where;
}
