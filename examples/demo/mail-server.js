import { once } from 'node:events';

import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

const NAME_LINE = /^- (.+?)(?::|$)/;
const KIND_BY_SUBJECT = [
  ['Planned ', 'notice'],
  ['Called off: ', 'cancelled'],
  ['Moved: ', 'rescheduled'],
  ['Done: ', 'completed'],
  ['Failed: ', 'failed'],
];

/**
 * A real SMTP server. `ledger` holds what it has taken, read from the mails alone: who was told what about which
 * targets. `faults` says how many mails it turns away at first, with 451.
 */
export async function startMailServer({ fleet, faults = 1, port = 0 }) {
  const ledger = [];
  const turnedAway = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData(stream, { envelope }, answer) {
      read(stream).then(async (bytes) => {
        const mail = await messageOf(bytes, envelope, fleet);
        if (turnedAway.length < faults) {
          turnedAway.push(mail.id);
          return answer(Object.assign(new TypeError('try again later'), { responseCode: 451 }));
        }
        ledger.push(mail);
        return answer();
      }, answer);
    },
  });
  // A client that is killed in the middle of a conversation is part of the story.
  server.on('error', () => undefined);
  const listener = server.listen(port, '127.0.0.1');
  await once(listener, 'listening');
  return {
    ledger,
    turnedAway,
    url: `smtp://127.0.0.1:${listener.address().port}`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

async function read(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks.join('');
}

async function messageOf(bytes, envelope, fleet) {
  const at = Date.now();
  const mail = await PostalMime.parse(bytes);
  const [, opening] = KIND_BY_SUBJECT.map(([prefix, kind]) => [prefix, kind]).find(([prefix]) =>
    mail.subject.startsWith(prefix),
  ) ?? ['', 'unknown'];
  const names = mail.text.split(/\r?\n/).flatMap((line) => NAME_LINE.exec(line)?.[1] ?? []);
  return {
    channel: 'email',
    at,
    id: mail.messageId.slice(1).split('@')[0],
    kind: opening,
    subject: mail.subject,
    inReplyTo: mail.inReplyTo ?? null,
    recipientId: fleet.recipientIdByAddress.get(envelope.rcptTo[0].address) ?? null,
    targetIds: names.map((name) => fleet.targetIdByName.get(name) ?? `unknown: ${name}`),
  };
}
