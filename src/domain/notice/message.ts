import type { Instant } from '../shared/instant.js';
import type { NoticeKind } from './dispatch.js';
import { localTimeIn } from './local-time.js';
import { textsFor } from './message-texts.js';
import type { MessageTexts } from './message-texts.js';
import { manyLines, oneLine } from './plain-text.js';

export const SUBJECT_CHARS_MAX = 120;
export const BODY_CHARS_MAX = 2_000;
const REASON_CHARS_MAX = 256;
const NAME_CHARS_MAX = 120;
const VERSION_CHARS_MAX = 128;

/** What a message is rendered from; an envelope of the channel port has it all. */
export interface MessageFacts {
  readonly kind: NoticeKind;
  /** Nobody knows whether the earlier message arrived. */
  readonly hedged: boolean;
  readonly action: {
    readonly actionType: string;
    readonly subject: string | null;
    readonly body: string | null;
    readonly reason: string | null;
  };
  readonly recipient: {
    readonly displayName: string | null;
    readonly locale: string;
    readonly zone: string;
  };
  readonly members: readonly MessageMember[];
}

export interface MessageMember {
  readonly targetId: string;
  readonly targetName: string | null;
  readonly startsAt: Instant | null;
  readonly previousStartsAt: Instant | null;
  readonly fromVersion: string | null;
  readonly toVersion: string | null;
}

/** A subject is one line without control characters, so that it can never become a second header. */
export interface Message {
  readonly subject: string;
  /** Plain text with newlines. `htmlOf` makes it fit for HTML. */
  readonly text: string;
}

/**
 * The words for one recipient. What the admin wrote takes the place of our subject and opening in kind `notice`;
 * the list of targets with their times is always ours, because it must be true at the moment of sending.
 */
export const renderMessage = (facts: MessageFacts, membersNamedMax: number): Message => {
  const texts = textsFor(facts.recipient.locale);
  const what = texts.actionTypes[facts.action.actionType] ?? spoken(facts.action.actionType);
  return {
    subject: subjectOf(facts, texts, what),
    text: paragraphs(
      greetingOf(facts, texts),
      facts.hedged ? texts.hedge(what) : null,
      openingOf(facts, texts, what),
      memberLines(facts, texts, membersNamedMax),
      reasonOf(facts, texts),
    ),
  };
};

const subjectOf = (facts: MessageFacts, texts: MessageTexts, what: string): string => {
  const written =
    facts.kind === 'notice' ? oneLine(facts.action.subject ?? '', SUBJECT_CHARS_MAX) : '';
  return written === ''
    ? oneLine(texts.subject[facts.kind](what, whereOf(facts, texts)), SUBJECT_CHARS_MAX)
    : written;
};

const whereOf = ({ members }: MessageFacts, texts: MessageTexts): string => {
  const [only] = members;
  return members.length === 1 && only !== undefined ? nameOf(only) : texts.targets(members.length);
};

const greetingOf = (facts: MessageFacts, texts: MessageTexts): string | null => {
  const name = oneLine(facts.recipient.displayName ?? '', NAME_CHARS_MAX);
  return name === '' ? null : texts.greeting(name);
};

const openingOf = (facts: MessageFacts, texts: MessageTexts, what: string): string => {
  const written = facts.kind === 'notice' ? manyLines(facts.action.body ?? '', BODY_CHARS_MAX) : '';
  return written === '' ? texts.opening[facts.kind](what) : written;
};

const reasonOf = (facts: MessageFacts, texts: MessageTexts): string | null => {
  const reason = oneLine(facts.action.reason ?? '', REASON_CHARS_MAX);
  return reason === '' ? null : texts.reason(reason);
};

const memberLines = (facts: MessageFacts, texts: MessageTexts, namedMax: number): string => {
  const localTime = localTimeIn(facts.recipient);
  const named = facts.members.slice(0, namedMax);
  const more = facts.members.length - named.length;
  return [
    ...named.map((member) => `- ${memberLine(member, texts, localTime)}`),
    ...(more > 0 ? [`- ${texts.more(more)}`] : []),
  ].join('\n');
};

const memberLine = (
  member: MessageMember,
  texts: MessageTexts,
  localTime: (instant: Instant) => string,
): string => {
  const details = [timeOf(member, texts, localTime), versionsOf(member, texts)].filter(
    (detail) => detail !== null,
  );
  return details.length === 0 ? nameOf(member) : `${nameOf(member)}: ${details.join(', ')}`;
};

const timeOf = (
  { startsAt, previousStartsAt }: MessageMember,
  texts: MessageTexts,
  localTime: (instant: Instant) => string,
): string | null => {
  if (startsAt === null) return null;
  return previousStartsAt === null
    ? localTime(startsAt)
    : texts.moved(localTime(startsAt), localTime(previousStartsAt));
};

const versionsOf = (member: MessageMember, texts: MessageTexts): string | null => {
  const to = oneLine(member.toVersion ?? '', VERSION_CHARS_MAX);
  const from = oneLine(member.fromVersion ?? '', VERSION_CHARS_MAX);
  return to === '' ? null : texts.versions(from === '' ? null : from, to);
};

const nameOf = (member: MessageMember): string => {
  const name = oneLine(member.targetName ?? '', NAME_CHARS_MAX);
  return name === '' ? oneLine(member.targetId, NAME_CHARS_MAX) : name;
};

const spoken = (actionType: string): string =>
  oneLine(actionType.replaceAll('_', ' '), NAME_CHARS_MAX);

const paragraphs = (...parts: readonly (string | null)[]): string =>
  `${parts.filter((part) => part !== null && part !== '').join('\n\n')}\n`;
