import { blocks, isPending, laneOf } from './outbox-row.js';
import type { Row } from './outbox-row.js';

interface Envelope {
  readonly envelopeId: string;
  readonly rows: readonly Row[];
}

/** What may leave now, whole envelopes, the one that is due first on top, until the limit is reached. */
export function claimable(rows: readonly Row[], now: number, limit: number): readonly Envelope[] {
  const isBusy = (row: Row): boolean => rows.some((other) => blocks(other, row, now));
  const isHead = (row: Row): boolean => isPending(row) && row.dueAt <= now && !isBusy(row);
  const heads = rows.filter(isHead).toSorted(byAge);
  const groups = new Set(heads.map(groupOf));
  const taken: Envelope[] = [];
  const lanes = new Set<string>();
  let count = 0;
  for (const group of groups) {
    if (count >= limit) break;
    const members = rows.filter((row) => groupOf(row) === group && isMember(row, now));
    count += members.length;
    const free = members.filter((row) => isPending(row) && !isBusy(row) && !lanes.has(laneOf(row)));
    for (const row of members) lanes.add(laneOf(row));
    const isFrozen = members.some(({ envelopeId }) => envelopeId !== null);
    if (free.length > 0 && (!isFrozen || free.length === members.length)) {
      taken.push(envelopeOf(free));
    }
  }
  return taken;
}

/** A frozen envelope goes out with all that is left of it: its key stands for its content. */
const isMember = (row: Row, now: number): boolean =>
  row.envelopeId !== null || (isPending(row) && row.dueAt <= now);

function envelopeOf(rows: readonly Row[]): Envelope {
  const ordered = rows.toSorted(
    (a, b) => Number(a.position - b.position) || (a.dispatchId < b.dispatchId ? -1 : 1),
  );
  const [first] = ordered;
  return { envelopeId: first?.envelopeId ?? first?.dispatchId ?? '', rows: ordered };
}

const groupOf = ({ streamId, stage, key, envelopeId }: Row): string =>
  [
    streamId,
    stage,
    key.kind,
    key.lead,
    key.revision,
    key.recipientId,
    key.channel,
    envelopeId ?? '',
  ].join('\n');

const byAge = (a: Row, b: Row): number => a.dueAt - b.dueAt || Number(a.position - b.position);
