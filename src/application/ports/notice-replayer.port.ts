import type { Verdict } from '../../domain/action/verdict.js';
import type { SendResult } from './channel.port.js';
import type { OutboxRow } from './outbox.port.js';

/** An envelope that its receiver took, as the log tells it. */
export interface SentEnvelope {
  /** The wire key: the replay carries the same. */
  readonly envelopeId: string;
  readonly streamId: string;
  /** The dispatch that is asked for. Without it there is no replay, without other members there is. */
  readonly dispatchId: string;
  /** Attempts that were made before. */
  readonly attempts: number;
  /** What it carried, in the order of the log. */
  readonly rows: readonly OutboxRow[];
}

export type Replayed =
  | { readonly kind: 'called'; readonly result: SendResult }
  /** No call was made: the dispatch may not leave, as things stand. */
  | { readonly kind: 'unwanted'; readonly verdict: Verdict }
  /** No call was made: the channel is not configured (any more). */
  | { readonly kind: 'no_channel' };

/**
 * Sends again what was sent already, for a receiver that lost it (RULES 7). Guarantees: one attempt under the same key,
 * with the address and secret of now, and only while it is true; nothing is recorded of the dispatch.
 */
export abstract class NoticeReplayer {
  abstract replay(envelope: SentEnvelope): Promise<Replayed>;
}
