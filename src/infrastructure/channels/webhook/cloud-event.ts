import type { Envelope, EnvelopeMember } from '../../../application/ports/channel.port.js';
import { BODY_CHARS_MAX, SUBJECT_CHARS_MAX } from '../../../domain/notice/message.js';
import { manyLines, oneLine } from '../../../domain/notice/plain-text.js';

/** Standard Webhooks asks for small bodies: receivers may refuse more. */
export const BODY_BYTES_MAX = 20_000;

const SEQUENCE_DIGITS = 20;
const NAME_CHARS_MAX = 120;
const REASON_CHARS_MAX = 256;

export interface CloudEventNames {
  /** Reverse DNS name in front of every event type, `com.example.forewarn` for instance. */
  readonly typePrefix: string;
  /** URI of this service: the `source` of the event. */
  readonly source: string;
  readonly membersNamedMax: number;
}

/**
 * The envelope as a CloudEvent 1.0 in JSON, under `BODY_BYTES_MAX`. Targets that do not fit are counted in
 * `membersOmitted`, so that a receiver knows to ask for the rest.
 */
export const cloudEventOf = (envelope: Envelope, names: CloudEventNames, nowMs: number): string => {
  const members = envelope.members.slice(0, names.membersNamedMax).map(memberData);
  for (;;) {
    const body = JSON.stringify(eventOf(envelope, names, nowMs, members));
    if (Buffer.byteLength(body) < BODY_BYTES_MAX || members.length === 0) return body;
    members.length = Math.floor(members.length / 2);
  }
};

type MemberData = ReturnType<typeof memberData>;

const eventOf = (
  envelope: Envelope,
  names: CloudEventNames,
  nowMs: number,
  members: readonly MemberData[],
) => {
  const time = new Date(nowMs).toISOString();
  return {
    specversion: '1.0',
    id: envelope.id,
    source: names.source,
    type: `${names.typePrefix}.notice.${envelope.kind}.v1`,
    subject: `actions/${envelope.action.actionId}`,
    time,
    timestamp: time,
    datacontenttype: 'application/json',
    sequence: envelope.position.padStart(SEQUENCE_DIGITS, '0'),
    correlationid: envelope.correlationId,
    causationid: envelope.causationId,
    ...(envelope.notAfter !== null && { expirytime: envelope.notAfter }),
    data: dataOf(envelope, members),
  };
};

const dataOf = (envelope: Envelope, members: readonly MemberData[]) => ({
  kind: envelope.kind,
  actionId: envelope.action.actionId,
  actionType: envelope.action.actionType,
  stage: envelope.action.stage,
  recipientId: envelope.recipient.recipientId,
  subject: textOrNull(envelope.action.subject, SUBJECT_CHARS_MAX),
  body: envelope.action.body === null ? null : manyLines(envelope.action.body, BODY_CHARS_MAX),
  reason: textOrNull(envelope.action.reason, REASON_CHARS_MAX),
  hedged: envelope.hedged,
  replay: envelope.replay,
  inReplyTo: envelope.inReplyTo,
  members,
  membersOmitted: envelope.members.length - members.length,
});

const memberData = (member: EnvelopeMember) => ({
  dispatchId: member.dispatchId,
  targetId: member.targetId,
  targetName: textOrNull(member.targetName, NAME_CHARS_MAX),
  revision: member.revision,
  startsAt: member.startsAt,
  previousStartsAt: member.previousStartsAt,
  fromVersion: member.fromVersion,
  toVersion: member.toVersion,
});

const textOrNull = (text: string | null, charsMax: number): string | null =>
  text === null ? null : oneLine(text, charsMax);
