import type { Capability, ChannelName, NoticeKind } from '../../domain/notice/dispatch.js';
import type { Instant } from '../../domain/shared/instant.js';

/** One mail, call or push: the messages of one kind that one recipient gets about one stage. */
export interface Envelope {
  /** UUID. The wire key: the same on every attempt, because the membership is frozen before the first. */
  readonly id: string;
  readonly kind: NoticeKind;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly action: EnvelopeAction;
  readonly recipient: EnvelopeRecipient;
  /** At least one; sorted by target id. */
  readonly members: readonly EnvelopeMember[];
  /** When the message loses its point (kind `notice`), else null: corrections never expire. */
  readonly notAfter: Instant | null;
  /** Id of the first envelope of this action to this recipient on this channel, for threading; null for that one itself. */
  readonly inReplyTo: string | null;
  /** All earlier evidence is uncertain: the text says "if you received …". */
  readonly hedged: boolean;
  /** An operator sends again what was sent already. */
  readonly replay: boolean;
  readonly correlationId: string;
  readonly causationId: string;
  /** Log position of the event that asked for the message. */
  readonly position: string;
}

export interface EnvelopeAction {
  readonly actionId: string;
  readonly actionType: string;
  readonly stage: number;
  /** Subject and body that the admin wrote, for kind `notice` only. */
  readonly subject: string | null;
  readonly body: string | null;
  /** Why it was called off, moved or failed, in words, or null. */
  readonly reason: string | null;
}

export interface EnvelopeMember {
  readonly dispatchId: string;
  readonly targetId: string;
  readonly targetName: string | null;
  readonly revision: number;
  /** When the change starts by the schedule that the message speaks of; null where it is called off. */
  readonly startsAt: Instant | null;
  /** What the recipient was told before, for kind `rescheduled`. */
  readonly previousStartsAt: Instant | null;
  readonly fromVersion: string | null;
  readonly toVersion: string | null;
}

/** Addresses are personal data: they live in the directory and pass through here, never into events or logs. */
export interface EnvelopeRecipient {
  readonly recipientId: string;
  readonly displayName: string | null;
  readonly locale: string;
  /** IANA zone. */
  readonly zone: string;
  readonly emails: readonly string[];
  readonly webhook: WebhookAddress | null;
  readonly pushSubscriptions: readonly PushSubscription[];
}

export interface WebhookAddress {
  readonly endpointId: string;
  readonly url: string;
  /** `whsec_` secrets; more than one during a rotation: every one signs. */
  readonly secrets: readonly string[];
}

export interface PushSubscription {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

/**
 * What became of one attempt.
 * - `sent`: the receiver took it.
 * - `failed`: it provably did not; `permanent` ends the dispatch, else it is retried, not before `retryAfterMs`.
 * - `uncertain`: it may or may not have been taken (broke off after the last byte was on its way).
 * - `suppressed`: there was nothing to send to by the recipient's own choice.
 */
export type SendResult =
  | { readonly kind: 'sent'; readonly detail?: string }
  | {
      readonly kind: 'failed';
      readonly permanent: boolean;
      readonly failureClass: string;
      /** At most 500 characters, without addresses or secrets. */
      readonly error: string;
      readonly retryAfterMs?: number;
      /** From keyed channels alone: the receiver may have taken it all the same, so it counts as told until a retry says more. */
      readonly ambiguous?: true;
    }
  | { readonly kind: 'uncertain'; readonly failureClass: string; readonly error: string }
  | { readonly kind: 'suppressed'; readonly reason: string };

/**
 * A way to reach a recipient outside of our own tables. Guarantees:
 * - `send` makes at most one attempt and never throws for what the receiver or the network does;
 * - it ends within `timeoutMs`, or at once when the signal is aborted, with its socket destroyed;
 * - `uncertain` is answered whenever the receiver may have taken the message, `failed` only when it provably did not.
 *   A keyed channel answers `failed` for both, since a second attempt under the same key is harmless, and marks the
 *   first with `ambiguous`.
 */
export abstract class Channel {
  abstract readonly name: ChannelName;
  abstract readonly capability: Capability;
  abstract readonly timeoutMs: number;
  /** How many sends may be under way at once in one process. */
  abstract readonly concurrency: number;
  /** At most so many targets are named in one envelope; the rest is "and N more". */
  abstract readonly membersNamedMax: number;
  abstract send(envelope: Envelope, signal: AbortSignal): Promise<SendResult>;
  /** Lets go of sockets and pools. */
  abstract close(): Promise<void>;
}
