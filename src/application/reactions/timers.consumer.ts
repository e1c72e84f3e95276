import type { StageTime } from '../../domain/action/action.events.js';
import { toEpochMs } from '../../domain/shared/instant.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { KnownEvent } from '../../domain/upcasters/current-schemas.js';
import type { Consumer } from '../ports/consumer.port.js';
import type { TimerChange, TimerKind } from '../ports/timer-queue.port.js';
import { decodeEvent } from '../shared/decode-event.js';
import { stageSubject, WHOLE_STREAM } from './timer-subject.js';

/**
 * Which commands an event calls for, and when. The commands look for themselves whether there is something to do, and
 * answer when they want to be asked again, so a timer too many costs a look and a timer per lead is not needed.
 * "At once" is the event's own time: past due fires at once.
 */
export const timersConsumer: Consumer<TimerChange> = {
  name: 'timers',
  version: 1,
  project: (recorded) => {
    const event = decodeEvent(recorded);
    const { streamId } = recorded;
    return [
      ...clearedBy(event, streamId),
      ...stageTimers(event, streamId),
      ...workTimers(event, streamId),
      ...followUpTimers(event, streamId),
    ];
  },
};

function clearedBy(event: KnownEvent, streamId: string): readonly TimerChange[] {
  switch (event.type) {
    case 'ActionCancelled':
      return [{ kind: 'clear', streamId, kinds: ['open_stage', 'open_notices'] }];
    case 'ActionEnded':
      return [{ kind: 'clear', streamId, kinds: ['open_stage', 'open_notices', 'work'] }];
    default:
      return [];
  }
}

function stageTimers(event: KnownEvent, streamId: string): readonly TimerChange[] {
  switch (event.type) {
    case 'ActionScheduled': {
      const { stages, at, notice } = event.data;
      return [
        ...openings(streamId, { stages, revision: 0 }),
        ...(notice === null ? [] : notices(streamId, { stages, at, revision: 0 })),
      ];
    }
    case 'ActionRescheduled':
      return [...openings(streamId, event.data), ...notices(streamId, event.data)];
    case 'ActionResumed': {
      const { revision, at } = event.data;
      return [
        ...openings(streamId, event.data),
        // Of all stages, moved or not: leads may have opened during the pause.
        set({ streamId, kind: 'open_notices', subject: WHOLE_STREAM, revision, at }),
      ];
    }
    default:
      return [];
  }
}

/** All looks for work of an action share one timer of revision 0, so that the earliest of them wins. */
function workTimers(event: KnownEvent, streamId: string): readonly TimerChange[] {
  const due = workDueAt(event);
  return due === null
    ? []
    : [set({ streamId, kind: 'work', subject: WHOLE_STREAM, revision: 0, at: due })];
}

function workDueAt(event: KnownEvent): Instant | null {
  switch (event.type) {
    case 'StageOpened':
    case 'ActionResumed':
      return event.data.at;
    case 'AttemptFailed':
    case 'ClaimExpired':
      return event.data.retryAt;
    case 'TargetsReopened':
      return event.data.notBefore;
    default:
      return null;
  }
}

function followUpTimers(event: KnownEvent, streamId: string): readonly TimerChange[] {
  switch (event.type) {
    case 'ActionRescheduled':
    case 'ActionPaused':
    case 'ActionResumed':
    case 'ActionCancelled':
    case 'TargetCancelled':
    case 'TargetsReopened':
    case 'ActionEnded':
      return [
        set({
          streamId,
          kind: 'follow_ups',
          subject: WHOLE_STREAM,
          revision: 0,
          at: event.data.at,
        }),
      ];
    default:
      return [];
  }
}

interface Timed {
  readonly stages: readonly StageTime[];
  readonly revision: number;
}

const openings = (streamId: string, { stages, revision }: Timed): readonly TimerChange[] =>
  stages.map(({ stage, runAt }) =>
    set({ streamId, kind: 'open_stage', subject: stageSubject(stage), revision, at: runAt }),
  );

const notices = (
  streamId: string,
  { stages, revision, at }: Timed & { readonly at: Instant },
): readonly TimerChange[] =>
  stages.map(({ stage }) =>
    set({ streamId, kind: 'open_notices', subject: stageSubject(stage), revision, at }),
  );

interface TimerAt {
  readonly streamId: string;
  readonly kind: TimerKind;
  readonly subject: string;
  readonly revision: number;
  readonly at: Instant;
}

const set = ({ at, ...timer }: TimerAt): TimerChange => ({
  kind: 'set',
  timer: { ...timer, dueAt: toEpochMs(at) },
});
