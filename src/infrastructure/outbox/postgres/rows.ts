import type { ClaimedDispatch } from '../../../application/ports/outbox.port.js';
import { groupBy } from '../../../application/shared/group-by.js';
import type { ChannelName, NoticeKind } from '../../../domain/notice/dispatch.js';
import type { NewOutboxRow } from './outbox-batch.js';

/** A claimed row as the statements answer it. */
export interface ClaimedRow {
  readonly dispatch_id: string;
  readonly stream_id: string;
  readonly target_id: string;
  readonly recipient_id: string;
  readonly channel: ChannelName;
  readonly kind: NoticeKind;
  readonly revision: number;
  readonly lead: number;
  readonly stage: number;
  readonly position: string;
  readonly fence: number;
  readonly attempt: number;
  readonly envelope_id: string;
  readonly ambiguous: boolean;
  readonly not_after_ms: number | null;
  readonly due_ms: number;
}

/** The oldest first, each envelope in one piece. */
export function claimedOf(
  rows: readonly ClaimedRow[],
  { recovered }: { readonly recovered: boolean },
): readonly ClaimedDispatch[] {
  const envelopes = groupBy(rows.map(dispatchOf).toSorted(byAge), (row) => row.envelopeId);
  return [...envelopes.values()].flat().map((row) => ({ ...row, recovered }));
}

const byAge = (a: ClaimedDispatch, b: ClaimedDispatch): number =>
  a.dueAt - b.dueAt || Number(a.position - b.position);

const dispatchOf = (row: ClaimedRow): ClaimedDispatch => ({
  dispatchId: row.dispatch_id,
  streamId: row.stream_id,
  key: {
    targetId: row.target_id,
    recipientId: row.recipient_id,
    channel: row.channel,
    kind: row.kind,
    revision: row.revision,
    lead: row.lead,
  },
  stage: row.stage,
  notAfter: row.not_after_ms,
  dueAt: row.due_ms,
  position: BigInt(row.position),
  fence: row.fence,
  attempt: row.attempt,
  envelopeId: row.envelope_id,
  ambiguous: row.ambiguous,
  recovered: false,
});

/** The columns of new rows, in the order of the statement's parameters. */
export const columnsOf = (rows: readonly NewOutboxRow[]): readonly unknown[] => [
  rows.map(({ dispatchId }) => dispatchId),
  rows.map(({ streamId }) => streamId),
  rows.map(({ key }) => key.targetId),
  rows.map(({ key }) => key.recipientId),
  rows.map(({ key }) => key.channel),
  rows.map(({ key }) => key.kind),
  rows.map(({ key }) => key.revision),
  rows.map(({ key }) => key.lead),
  rows.map(({ stage }) => stage),
  rows.map(({ position }) => position.toString()),
  rows.map(({ notAfter }) => notAfter),
  rows.map(({ dueAt }) => dueAt),
  rows.map(({ recheck }) => recheck),
];
