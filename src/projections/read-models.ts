import { actionCounters } from './action-counters/action-counters.projection.js';
import { actionStage } from './action-stage/action-stage.projection.js';
import { actionSummary } from './action-summary/action-summary.projection.js';
import { actionTimeline } from './action-timeline/action-timeline.projection.js';
import { banner } from './banner/banner.projection.js';
import { inbox } from './inbox/inbox.projection.js';
import { notification } from './notification/notification.projection.js';
import { untyped } from './shared/read-model.js';
import type { ReadModel } from './shared/read-model.js';
import { targetStatus } from './target-status/target-status.projection.js';

/** Every read model that is kept. Each follows the log by itself. */
export const READ_MODELS: readonly ReadModel[] = [
  untyped(actionSummary),
  untyped(actionStage),
  untyped(actionCounters),
  untyped(targetStatus),
  untyped(notification),
  untyped(actionTimeline),
  untyped(inbox),
  untyped(banner),
];
