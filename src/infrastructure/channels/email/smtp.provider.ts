import MailComposer from 'nodemailer/lib/mail-composer';

import type { SendResult } from '../../../application/ports/channel.port.js';
import { classOfSmtpReply } from '../../../domain/delivery/failure-class.js';
import { failed, uncertain } from '../send-failure.js';
import type { DeliverOptions, Mail, MailProvider } from './mail.js';
import { smtpAttempt } from './smtp-attempt.js';
import type { SmtpOutcome, SmtpServer } from './smtp-attempt.js';

export interface SmtpMailProviderOptions {
  readonly server: SmtpServer;
  /** Sender: `Name <address>` or an address. */
  readonly from: { readonly name: string; readonly address: string };
  readonly now: () => number;
}

/** Mail by SMTP. Only the server's own final answer is `sent`; what broke off behind the final dot is `uncertain`. */
export class SmtpMailProvider implements MailProvider {
  private readonly open = new Set<AbortController>();

  constructor(private readonly options: SmtpMailProviderOptions) {}

  async deliver(mail: Mail, { timeoutMs, signal }: DeliverOptions): Promise<SendResult> {
    const closing = new AbortController();
    this.open.add(closing);
    try {
      const outcome = await smtpAttempt({
        server: this.options.server,
        from: this.options.from.address,
        to: mail.to,
        message: await this.compose(mail),
        timeoutMs,
        signal: AbortSignal.any([signal, closing.signal]),
      });
      return resultOf(outcome, mail.to.length);
    } finally {
      this.open.delete(closing);
    }
  }

  close(): Promise<void> {
    for (const controller of this.open) controller.abort();
    return Promise.resolve();
  }

  private compose(mail: Mail): Promise<Buffer> {
    const { from, now } = this.options;
    return new MailComposer({
      from,
      to: mail.to.map((address) => ({ name: mail.toName, address })),
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      date: new Date(now()),
      messageId: mail.messageId,
      ...(mail.inReplyTo !== null && { inReplyTo: mail.inReplyTo, references: mail.inReplyTo }),
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    })
      .compile()
      .build();
  }
}

const resultOf = (outcome: SmtpOutcome, addresses: number): SendResult => {
  switch (outcome.kind) {
    case 'taken':
      return {
        kind: 'sent',
        detail: `${String(addresses - outcome.refused)} of ${String(addresses)} addresses`,
      };
    case 'refused':
      return failed(
        classOfSmtpReply(outcome.replyCode),
        `the mail server answered ${codesOf(outcome)}`,
      );
    case 'broken':
      return outcome.dotWritten
        ? uncertain(outcome.cause, `broke off before the final answer: ${outcome.cause}`)
        : failed(outcome.cause, `broke off before the message was over: ${outcome.cause}`);
  }
};

/** The codes alone: the words of a mail server mostly repeat the address. */
const codesOf = ({ replyCode, reply }: { replyCode: number; reply: string }): string => {
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(reply)?.[1];
  return enhanced === undefined ? String(replyCode) : `${String(replyCode)} ${enhanced}`;
};
