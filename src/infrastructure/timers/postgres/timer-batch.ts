import type { Timer, TimerChange, TimerKind } from '../../../application/ports/timer-queue.port.js';

/** A batch of changes that no longer depends on its order: first all clears, then all sets, one a timer. */
export interface TimerBatch {
  readonly clears: readonly { readonly streamId: string; readonly kind: TimerKind }[];
  readonly sets: readonly Timer[];
}

export function timerBatch(changes: readonly TimerChange[]): TimerBatch {
  const clears = new Map<string, { streamId: string; kind: TimerKind }>();
  const sets = new Map<string, Map<string, Timer>>();
  for (const change of changes) {
    if (change.kind === 'clear') {
      for (const kind of change.kinds) {
        const group = groupOf({ streamId: change.streamId, kind });
        clears.set(group, { streamId: change.streamId, kind });
        sets.delete(group);
      }
    } else {
      const { timer } = change;
      const group = sets.get(groupOf(timer)) ?? new Map<string, Timer>();
      sets.set(groupOf(timer), group.set(timer.subject, winner(group.get(timer.subject), timer)));
    }
  }
  return {
    clears: [...clears.values()],
    sets: [...sets.values()].flatMap((group) => [...group.values()]),
  };
}

/** The newer revision, and within one revision the earlier time. */
function winner(a: Timer | undefined, b: Timer): Timer {
  if (a === undefined || b.revision > a.revision) return b;
  return b.revision === a.revision && b.dueAt < a.dueAt ? b : a;
}

const groupOf = ({ streamId, kind }: Pick<Timer, 'streamId' | 'kind'>): string =>
  `${streamId}\n${kind}`;
