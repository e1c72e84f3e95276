import type { DispatchKey } from '../../domain/notice/dispatch.js';
import { actionIdOf } from '../action/action-stream.js';
import type { EventStore, RecordedEvent } from '../ports/event-store.port.js';
import type { SentEnvelope } from '../ports/notice-replayer.port.js';
import type { OutboxRow } from '../ports/outbox.port.js';
import { outboxConsumer } from '../reactions/outbox.consumer.js';
import { decodeEvent } from '../shared/decode-event.js';
import { dispatchIdOf } from '../shared/dispatch-id.js';

const PAGE_EVENTS = 1_000;

/**
 * The envelope in which a dispatch was sent, with everything that it carried, from the events themselves: the outbox has
 * let go of its rows, and read models may lag. Null when the dispatch was not sent through a relay.
 */
export async function findSentEnvelope(
  store: EventStore,
  streamId: string,
  key: DispatchKey,
): Promise<SentEnvelope | null> {
  const told = new Told(key);
  for (let fromVersion = 0; ;) {
    const { events } = await store.readStream(streamId, { fromVersion, limit: PAGE_EVENTS });
    for (const event of events) told.add(event);
    if (events.length < PAGE_EVENTS) break;
    fromVersion += events.length;
  }
  return told.envelopeOf(streamId, dispatchIdOf(actionIdOf(streamId), key));
}

/** What one recipient was sent on one channel. */
class Told {
  private readonly rows = new Map<string, OutboxRow>();
  private readonly sent = new Map<string, { envelopeId: string; attempt: number }>();

  constructor(private readonly lane: Pick<DispatchKey, 'recipientId' | 'channel'>) {}

  add(recorded: RecordedEvent): void {
    for (const change of outboxConsumer.project(recorded)) {
      if (change.kind === 'put' && this.isOurs(change.row.key)) {
        this.rows.set(change.row.dispatchId, change.row);
      }
    }
    const event = decodeEvent(recorded);
    if (event.type !== 'NoticeSent' || !this.isOurs(event.data)) return;
    const { envelopeId, attempt } = event.data;
    if (envelopeId === null) return;
    this.sent.set(dispatchIdOf(actionIdOf(recorded.streamId), event.data), { envelopeId, attempt });
  }

  envelopeOf(streamId: string, dispatchId: string): SentEnvelope | null {
    const sent = this.sent.get(dispatchId);
    if (sent === undefined) return null;
    const { envelopeId, attempt: attempts } = sent;
    const rows = [...this.rows.values()]
      .filter((row) => this.sent.get(row.dispatchId)?.envelopeId === envelopeId)
      .sort((a, b) => Number(a.position - b.position));
    return { envelopeId, streamId, dispatchId, attempts, rows };
  }

  private isOurs({ recipientId, channel }: DispatchKey): boolean {
    return recipientId === this.lane.recipientId && channel === this.lane.channel;
  }
}
