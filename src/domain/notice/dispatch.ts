/** Where a notice can be read. `docs/channels.md` says what each one promises. */
export const CHANNELS = ['banner', 'inbox', 'email', 'webhook', 'push'] as const;
export type ChannelName = (typeof CHANNELS)[number];

/**
 * How strong a channel's "once" is.
 * - `transactional`: the event is the send (our own tables): exactly once.
 * - `keyed`: the receiver gets the same idempotency key on every attempt: effectively once.
 * - `unkeyed`: one attempt unless it provably failed; a crash inside the send is `uncertain`.
 */
export type Capability = 'transactional' | 'keyed' | 'unkeyed';

export const CAPABILITY: Readonly<Record<ChannelName, Capability>> = {
  banner: 'transactional',
  inbox: 'transactional',
  email: 'unkeyed',
  webhook: 'keyed',
  push: 'unkeyed',
};

export const NOTICE_KINDS = ['notice', 'cancelled', 'rescheduled', 'completed', 'failed'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Whom a notice is addressed to when a target has no owner: it is recorded, and fails visibly. */
export const NOBODY = 'nobody';

/**
 * The identity of a dispatch inside its action. It never holds rendered text.
 * The public dispatch id is a UUID derived from it (`dispatchIdOf`).
 */
export interface DispatchKey {
  readonly targetId: string;
  readonly recipientId: string;
  readonly channel: ChannelName;
  readonly kind: NoticeKind;
  /** Revision of the target's schedule that the message speaks of. */
  readonly revision: number;
  /** For kind `notice`: the lead in seconds. For the others: the correction number, from 0. */
  readonly lead: number;
}

/** The key as one string, for maps and for deriving ids. Ids may not hold the separator. */
export const dispatchKeyText = (key: DispatchKey): string =>
  [key.targetId, key.recipientId, key.channel, key.kind, key.revision, key.lead].join('|');
