import type { Envelope, SendResult } from '../../../application/ports/channel.port.js';
import type { NoticeKind } from '../../../domain/notice/dispatch.js';
import { renderMessage } from '../../../domain/notice/message.js';
import { htmlOf, oneLine } from '../../../domain/notice/plain-text.js';

/** One mail to one recipient, at all of the recipient's addresses. */
export interface Mail {
  readonly envelopeId: string;
  readonly kind: NoticeKind;
  readonly recipientId: string;
  /** Plain addresses, checked: nothing in them can end a header or name a second mailbox. */
  readonly to: readonly string[];
  readonly toName: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** `<envelope@domain>`: the same on every attempt. */
  readonly messageId: string;
  /** Message-ID of the first mail of this action to this recipient, or null for that one itself. */
  readonly inReplyTo: string | null;
}

/** How mail leaves: by SMTP, or by the host's own mail route. Keeps the guarantees of the channel port. */
export interface MailProvider {
  deliver(mail: Mail, options: DeliverOptions): Promise<SendResult>;
  close(): Promise<void>;
}

export interface DeliverOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const NAME_CHARS_MAX = 120;
const LOCALE_CHARS_MAX = 35;
const ADDRESS_CHARS_MAX = 254;

export const mailOf = (
  envelope: Envelope,
  { membersNamedMax, domain }: { readonly membersNamedMax: number; readonly domain: string },
): Mail => {
  const message = renderMessage(envelope, membersNamedMax);
  return {
    envelopeId: envelope.id,
    kind: envelope.kind,
    recipientId: envelope.recipient.recipientId,
    to: envelope.recipient.emails.filter(isPlainAddress),
    toName: oneLine(envelope.recipient.displayName ?? '', NAME_CHARS_MAX),
    subject: message.subject,
    text: message.text,
    html: page(htmlOf(message.text), envelope.recipient.locale),
    messageId: messageIdOf(envelope.id, domain),
    inReplyTo: envelope.inReplyTo === null ? null : messageIdOf(envelope.inReplyTo, domain),
  };
};

/** Stricter than RFC 5321: no quoted local parts, comments or lists, which nobody's mailbox needs. */
const isPlainAddress = (text: string): boolean =>
  text.length <= ADDRESS_CHARS_MAX &&
  /^[^\s@<>()[\]\\,;:"\p{Cc}]+@[^\s@<>()\\,;:"\p{Cc}]+$/u.test(text);

const messageIdOf = (envelopeId: string, domain: string): string => `<${envelopeId}@${domain}>`;

const page = (fragment: string, locale: string): string =>
  `<!doctype html>\n<html lang="${htmlOf(oneLine(locale, LOCALE_CHARS_MAX))}"><body>\n${fragment}</body></html>\n`;
