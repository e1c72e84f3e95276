import type { NewEvent } from '../../application/ports/event-store.port.js';
import type { Meters } from '../../application/ports/meters.port.js';
import { toEpochMs } from '../../domain/shared/instant.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { KnownEvent } from '../../domain/upcasters/current-schemas.js';

/** What an appended fact adds to the measurements. Faults of this process's own making are counted where they happen. */
export function meterFact(meters: Meters, { type, data }: NewEvent): void {
  // The event was made by this very program a moment ago, in its current shape.
  const event = { type, data } as KnownEvent;
  meters.count('forewarn_events_total', { type });
  switch (event.type) {
    case 'OutcomeRecorded': {
      const { outcome, scheduledAt, claimedAt, startedAt, at } = event.data;
      meters.count('forewarn_outcomes_total', { outcome });
      observeSpan(meters, 'claim', scheduledAt, claimedAt);
      if (startedAt !== null) observeSpan(meters, 'start', scheduledAt, startedAt);
      observeSpan(meters, 'end', scheduledAt, at);
      return;
    }
    case 'NoticeSent':
    case 'NoticeAttemptFailed':
    case 'NoticeFailed':
    case 'NoticeUncertain':
    case 'NoticeSuppressed':
    case 'NoticeExpired':
    case 'NoticeDead': {
      const { channel, kind } = event.data;
      meters.count('forewarn_dispatches_total', { channel, kind, result: RESULTS[event.type] });
      return;
    }
    default:
      return;
  }
}

const RESULTS = {
  NoticeSent: 'sent',
  NoticeAttemptFailed: 'attempt_failed',
  NoticeFailed: 'failed',
  NoticeUncertain: 'uncertain',
  NoticeSuppressed: 'suppressed',
  NoticeExpired: 'expired',
  NoticeDead: 'dead',
} as const;

function observeSpan(meters: Meters, until: string, from: Instant, to: Instant): void {
  const seconds = Math.max(0, toEpochMs(to) - toEpochMs(from)) / 1_000;
  meters.observe('forewarn_target_lateness_seconds', seconds, { until });
}
