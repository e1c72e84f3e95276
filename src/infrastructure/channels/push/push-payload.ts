import { createHash } from 'node:crypto';

import type { Envelope } from '../../../application/ports/channel.port.js';
import type { NoticeKind } from '../../../domain/notice/dispatch.js';
import { toEpochMs } from '../../../domain/shared/instant.js';

export const PAYLOAD_BYTES_MAX = 1_024;
const TOPIC_CHARS = 32;

/** A correction is never stale, yet a device that was off for longer finds it in the inbox. */
export const CORRECTION_TTL_SECONDS = 86_400;

/** What the app needs to show, suppress or route the alert (N15). All strings, as FCM demands of data. */
export const pushPayload = (
  envelope: Envelope,
  deepLink: (actionId: string, targetId: string) => string,
): string => {
  const [first] = envelope.members;
  const targetId = first?.targetId ?? '';
  return JSON.stringify({
    v: '1',
    type: 'scheduled_action',
    event: envelope.kind,
    actionId: envelope.action.actionId,
    targetId,
    dispatchId: first?.dispatchId ?? '',
    revision: String(first?.revision ?? 0),
    startsAt: first?.startsAt ?? '',
    deepLink: deepLink(envelope.action.actionId, targetId),
    // Of a message about several targets the first is named, and how many there are.
    ...(envelope.members.length > 1 && { targets: String(envelope.members.length) }),
  });
};

/** One tag per action: a push service keeps only the last message of a tag, so a cancellation replaces the notice. */
export const topicOf = (actionId: string): string =>
  createHash('sha256').update(actionId).digest('base64url').slice(0, TOPIC_CHARS);

/** How long a push service keeps the message for a device that is off. */
export const ttlSeconds = (envelope: Envelope, nowMs: number): number =>
  envelope.notAfter === null
    ? CORRECTION_TTL_SECONDS
    : Math.max(0, Math.floor((toEpochMs(envelope.notAfter) - nowMs) / 1_000));

export const URGENCY: Readonly<Record<NoticeKind, 'low' | 'normal' | 'high'>> = {
  notice: 'normal',
  cancelled: 'high',
  rescheduled: 'high',
  completed: 'low',
  failed: 'normal',
};
