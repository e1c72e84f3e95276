import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import PostalMime from 'postal-mime';
import type { Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** A real SMTP server that keeps what it accepts. */
export interface Mailbox {
  readonly url: string;
  readonly mails: Email[];
  /** While set, a mail waits for it between its last byte and the answer. */
  gate: Promise<void> | null;
  /** Counts mails to an address whose last byte has arrived. */
  readonly arrived: (address: string) => number;
  close(): Promise<void>;
}

export async function openMailbox(): Promise<Mailbox> {
  const mails: Email[] = [];
  const arrivals: string[] = [];
  const box: { gate: Promise<void> | null } = { gate: null };
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    authOptional: true,
    onData: (stream, { envelope }, answer) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        arrivals.push(...envelope.rcptTo.map(({ address }) => address));
        void (async () => {
          await box.gate;
          mails.push(await PostalMime.parse(Buffer.concat(chunks)));
          answer(null, 'kept');
        })();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return Object.defineProperties(
    {
      url: `smtp://127.0.0.1:${String(port)}`,
      mails,
      arrived: (address: string) => arrivals.filter((each) => each === address).length,
      close: () =>
        new Promise<void>((resolve) => {
          server.close(resolve);
        }),
    },
    {
      gate: {
        get: () => box.gate,
        set: (gate: Promise<void> | null) => {
          box.gate = gate;
        },
      },
    },
  ) as Mailbox;
}
