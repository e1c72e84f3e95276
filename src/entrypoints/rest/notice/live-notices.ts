import { Injectable } from '@nestjs/common';

import { Outbox } from '../../../application/ports/outbox.port.js';
import type { DispatchStatus } from '../../../domain/action/action.state.js';
import type { NotificationRow } from '../../../projections/notification/notification.projection.js';
import { NotificationQueries } from '../../../projections/notification/notification.queries.js';
import type { NotificationFilter } from '../../../projections/notification/notification.queries.js';
import type { RowPage } from '../../../projections/shared/row-reader.port.js';
import type { PageRequest } from '../paging/row-page.js';
import { noticeResponseOf } from './notice.response.js';
import type { NoticeResponse, NoticeStatus } from './notice.response.js';

export interface NoticeFilter extends Omit<NotificationFilter, 'status'> {
  readonly status?: readonly NoticeStatus[];
}

/** A filter by live status may leave nothing of a page; so many are tried before an empty one is answered. */
const PAGES_TRIED_MAX = 10;

/** Notices as the read model has them, joined with what is `sending` at this moment, which is no event (RULES 9). */
@Injectable()
export class LiveNotices {
  constructor(
    private readonly notices: NotificationQueries,
    private readonly outbox: Outbox,
  ) {}

  async find(dispatchId: string): Promise<NoticeResponse | null> {
    const row = await this.notices.find(dispatchId);
    return row === null ? null : ((await this.joined([row]))[0] ?? null);
  }

  async page(
    { status, ...filter }: NoticeFilter,
    { limit, after }: PageRequest,
  ): Promise<RowPage<NoticeResponse>> {
    const recorded = status === undefined ? {} : { status: recordedStatuses(status) };
    let place = after;
    for (let tried = 1; ; tried += 1) {
      const page = await this.notices.list({ ...filter, ...recorded, limit, after: place });
      const rows = (await this.joined(page.rows)).filter(
        (notice) => status === undefined || status.includes(notice.status),
      );
      const { next } = page;
      if (rows.length > 0 || next === null || tried >= PAGES_TRIED_MAX) return { rows, next };
      place = next;
    }
  }

  private async joined(rows: readonly NotificationRow[]): Promise<readonly NoticeResponse[]> {
    const sending = await this.outbox.sending(rows.map(({ dispatchId }) => dispatchId));
    return rows.map((row) => noticeResponseOf(row, sending.has(row.dispatchId)));
  }
}

/** Statuses in the read model among which these live ones are found. */
const recordedStatuses = (status: readonly NoticeStatus[]): readonly DispatchStatus[] => [
  ...new Set(
    status.flatMap((one) => (one === 'sending' ? (['pending', 'deferred'] as const) : [one])),
  ),
];
