import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import type { Behaviour, Receiver } from './receiver.js';
import { SPITE } from './receiver.js';

export interface SmtpReceiver extends Receiver {
  /** What stands between DATA and the final dot, of every message that was read to the end. */
  readonly messages: readonly string[];
  /** The commands of all conversations, in order. */
  readonly commands: readonly string[];
}

/** A mail server made by hand, since no honest one breaks off where this one does. */
export const startSmtpReceiver = async (): Promise<SmtpReceiver> => {
  const sockets = new Set<Socket>();
  const messages: string[] = [];
  const commands: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    if (receiver.behaviour === 'mute') return;
    socket.write('220 here\r\n');
    let text = '';
    let inData = false;
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (;;) {
        const [found, end] = inData ? takeUntil(text, '\r\n.\r\n') : takeUntil(text, '\r\n');
        if (found === null) return;
        text = text.slice(end);
        if (inData) {
          inData = false;
          messages.push(found);
          FINAL_ANSWERS[receiver.behaviour](socket);
        } else {
          commands.push(found);
          inData = found === 'DATA';
          socket.write(replyTo(found, receiver.behaviour));
        }
      }
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const receiver: SmtpReceiver = {
    behaviour: 'take',
    port: (server.address() as AddressInfo).port,
    messages,
    commands,
    get ids() {
      return messages.map((message) => /^Message-ID: <(.+)@/im.exec(message)?.[1] ?? '');
    },
    openSockets: () => sockets.size,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server.close(), 'close');
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return receiver;
};

const takeUntil = (text: string, mark: string): [string | null, number] => {
  const at = text.indexOf(mark);
  return at < 0 ? [null, 0] : [text.slice(0, at), at + mark.length];
};

const replyTo = (command: string, behaviour: Behaviour): string => {
  if (command === 'DATA') return '354 go on\r\n';
  if (command.startsWith('EHLO')) return '250-here\r\n250 SIZE 1000000\r\n';
  if (!command.startsWith('RCPT')) return '250 ok\r\n';
  if (behaviour === 'gone') return `550 5.1.1 no such user ${SPITE}\r\n`;
  return behaviour === 'moved' ? `451 4.7.1 greylisted ${SPITE}\r\n` : '250 ok\r\n';
};

const FINAL_ANSWERS: Readonly<Record<Behaviour, (socket: Socket) => void>> = {
  take: (socket) => socket.write('250 2.0.0 queued\r\n'),
  mute: () => undefined,
  hang: () => undefined,
  drop: (socket) => socket.resetAndDestroy(),
  cut: (socket) => {
    socket.write('250 2.0.0 que', () => socket.destroy());
  },
  flood: (socket) => {
    const pour = (): void => {
      if (!socket.destroyed) socket.write(`250-${SPITE.repeat(500)}\r\n`, pour);
    };
    pour();
  },
  busy: (socket) => socket.write(`421 4.3.2 come again ${SPITE}\r\n`),
  gone: (socket) => socket.write('250 never asked\r\n'),
  moved: (socket) => socket.write('250 never asked\r\n'),
  broken: (socket) => socket.write(`451 4.3.0 disk full ${SPITE}\r\n`),
  wrong: (socket) => socket.write(`554 5.6.0 spam ${SPITE}\r\n`),
};
