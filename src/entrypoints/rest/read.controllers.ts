import type { Provider } from '@nestjs/common';

import { ActionCountersQueries } from '../../projections/action-counters/action-counters.queries.js';
import { ActionSummaryQueries } from '../../projections/action-summary/action-summary.queries.js';
import { ActionTimelineQueries } from '../../projections/action-timeline/action-timeline.queries.js';
import { BannerFlagging } from '../../projections/banner/banner-flagging.js';
import { BannerQueries } from '../../projections/banner/banner.queries.js';
import { InboxFlagging } from '../../projections/inbox/inbox-flagging.js';
import { InboxQueries } from '../../projections/inbox/inbox.queries.js';
import { NotificationQueries } from '../../projections/notification/notification.queries.js';
import { TargetStatusQueries } from '../../projections/target-status/target-status.queries.js';
import { ActionHistoryController } from './action/action-history.controller.js';
import { ActionReadsController } from './action/action-reads.controller.js';
import { KnownActions } from './action/known-actions.js';
import { InboxController } from './inbox/inbox.controller.js';
import { LiveNotices } from './notice/live-notices.js';
import { NoticeCommandsController } from './notice/notice-commands.controller.js';
import { NoticesController } from './notice/notices.controller.js';
import { LiveActions } from './target-status/live-actions.js';
import { TargetStatusController } from './target-status/target-status.controller.js';

/** The routes that read actions, targets, notices and inboxes, and the small orders beside them. */
export const READ_CONTROLLERS = [
  ActionHistoryController,
  ActionReadsController,
  InboxController,
  NoticeCommandsController,
  NoticesController,
  TargetStatusController,
] as const;

/** What those routes need, for a composition root that also provides `RowReader`, `RowFlags` and `NOTICE_PROVIDERS`. */
export const READ_PROVIDERS: readonly Provider[] = [
  ActionCountersQueries,
  ActionSummaryQueries,
  ActionTimelineQueries,
  BannerFlagging,
  BannerQueries,
  InboxFlagging,
  InboxQueries,
  KnownActions,
  LiveActions,
  LiveNotices,
  NotificationQueries,
  TargetStatusQueries,
];
