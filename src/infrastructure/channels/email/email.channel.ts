import { Channel } from '../../../application/ports/channel.port.js';
import type { Envelope, SendResult } from '../../../application/ports/channel.port.js';
import { CAPABILITY } from '../../../domain/notice/dispatch.js';
import { failed } from '../send-failure.js';
import { mailOf } from './mail.js';
import type { MailProvider } from './mail.js';

export interface EmailChannelOptions {
  readonly provider: MailProvider;
  /** Right-hand side of every Message-ID: a domain of the sender. */
  readonly messageIdDomain: string;
  readonly timeoutMs?: number;
  readonly concurrency?: number;
  readonly membersNamedMax?: number;
}

const TIMEOUT_MS = 30_000;
const CONCURRENCY = 8;
const MEMBERS_NAMED_MAX = 50;

/** Mail, through one of two providers. Nobody deduplicates mail by its id, so what broke off late is `uncertain`. */
export class EmailChannel extends Channel {
  readonly name = 'email';
  readonly capability = CAPABILITY.email;
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly membersNamedMax: number;

  constructor(private readonly options: EmailChannelOptions) {
    super();
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.concurrency = options.concurrency ?? CONCURRENCY;
    this.membersNamedMax = options.membersNamedMax ?? MEMBERS_NAMED_MAX;
  }

  async send(envelope: Envelope, signal: AbortSignal): Promise<SendResult> {
    if (envelope.recipient.emails.length === 0) {
      return failed('no_address', 'the recipient has no e-mail address');
    }
    const { provider, messageIdDomain: domain } = this.options;
    const mail = mailOf(envelope, { membersNamedMax: this.membersNamedMax, domain });
    if (mail.to.length === 0) {
      return failed('bad_address', 'no e-mail address of the recipient is usable');
    }
    return provider.deliver(mail, { timeoutMs: this.timeoutMs, signal });
  }

  async close(): Promise<void> {
    await this.options.provider.close();
  }
}
