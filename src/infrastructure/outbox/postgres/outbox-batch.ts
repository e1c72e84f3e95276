import type { OutboxChange, OutboxRow } from '../../../application/ports/outbox.port.js';

export interface NewOutboxRow extends OutboxRow {
  readonly recheck: boolean;
}

export type Postponement = Extract<OutboxChange, { kind: 'postpone' }>;
export type Recheck = Extract<OutboxChange, { kind: 'recheck' }>;

/** A batch that no longer depends on the order of its changes: removals, rechecks of what is left, puts, postponements. */
export interface OutboxBatch {
  readonly removals: readonly string[];
  readonly rechecks: readonly Recheck[];
  readonly puts: readonly NewOutboxRow[];
  /** One a row. */
  readonly postponements: readonly Postponement[];
}

export function outboxBatch(changes: readonly OutboxChange[]): OutboxBatch {
  const removals = new Set<string>();
  const rechecks: Recheck[] = [];
  const puts = new Map<string, NewOutboxRow>();
  const postponements = new Map<string, Postponement>();
  for (const change of changes) {
    switch (change.kind) {
      case 'put': {
        const { row } = change;
        if (!puts.has(row.dispatchId)) puts.set(row.dispatchId, { ...row, recheck: false });
        break;
      }
      case 'remove':
        puts.delete(change.dispatchId);
        postponements.delete(change.dispatchId);
        removals.add(change.dispatchId);
        break;
      case 'postpone': {
        const { dispatchId } = change;
        postponements.set(dispatchId, merged(postponements.get(dispatchId), change));
        break;
      }
      case 'recheck':
        rechecks.push(change);
        flag(puts, change);
    }
  }
  return {
    removals: [...removals],
    rechecks,
    puts: [...puts.values()],
    postponements: [...postponements.values()],
  };
}

function flag(puts: Map<string, NewOutboxRow>, { streamId, targetId }: Recheck): void {
  for (const [dispatchId, row] of puts) {
    if (row.streamId === streamId && (targetId === null || row.key.targetId === targetId)) {
      puts.set(dispatchId, { ...row, recheck: true });
    }
  }
}

/** The later one, unless it speaks of an older attempt. */
function merged(earlier: Postponement | undefined, later: Postponement): Postponement {
  if (earlier === undefined) return later;
  const isStale = later.attempt !== null && later.attempt < (earlier.attempt ?? 0);
  return isStale
    ? earlier
    : {
        ...later,
        attempt: later.attempt ?? earlier.attempt,
        ambiguous: earlier.ambiguous || later.ambiguous,
      };
}
