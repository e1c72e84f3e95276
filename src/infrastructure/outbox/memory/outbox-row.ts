import type {
  ClaimedDispatch,
  OutboxChange,
  OutboxRow,
} from '../../../application/ports/outbox.port.js';

export interface Row extends OutboxRow {
  /** `checking`: asked whether it is wanted, without a call. `sending`: a call may be under way. */
  readonly phase: 'pending' | 'checking' | 'sending';
  readonly leaseUntil: number | null;
  readonly fence: number;
  readonly attempt: number;
  readonly envelopeId: string | null;
  readonly ambiguous: boolean;
  readonly recheck: boolean;
}

export const newRow = (row: OutboxRow): Row => ({
  ...row,
  phase: 'pending',
  leaseUntil: null,
  fence: 0,
  attempt: 0,
  envelopeId: null,
  ambiguous: false,
  recheck: false,
});

export const isPending = ({ phase }: Row): boolean => phase === 'pending';

export const isLive = ({ leaseUntil }: Row, now: number): boolean =>
  leaseUntil !== null && leaseUntil > now;

export const laneOf = ({ streamId, key }: Row): string =>
  [streamId, key.targetId, key.recipientId, key.channel].join('\n');

/** Whether the row must not leave before the other one has. */
export const blocks = (other: Row, row: Row, now: number): boolean =>
  other.phase === 'sending' &&
  isLive(other, now) &&
  other.position < row.position &&
  laneOf(other) === laneOf(row);

/** An attempt that the row has left behind says nothing any more, and a live lease is not disturbed. */
export function postponed(
  row: Row,
  change: Extract<OutboxChange, { kind: 'postpone' }>,
  now: number,
): Row {
  const isCurrent = change.attempt === null || change.attempt >= row.attempt;
  const isOver = row.phase === 'sending' && change.attempt !== null && !isLive(row, now);
  if (!isCurrent || !(isPending(row) || isOver)) return row;
  return {
    ...row,
    phase: 'pending',
    leaseUntil: null,
    dueAt: change.dueAt,
    attempt: change.attempt ?? row.attempt,
    ambiguous: row.ambiguous || change.ambiguous,
  };
}

export const dispatchOf = (row: Row): ClaimedDispatch => {
  const { dispatchId, streamId, key, stage, notAfter, dueAt, position, fence, attempt } = row;
  return {
    dispatchId,
    streamId,
    key,
    stage,
    notAfter,
    dueAt,
    position,
    fence,
    attempt,
    envelopeId: row.envelopeId ?? dispatchId,
    ambiguous: row.ambiguous,
    recovered: false,
  };
};
