import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import type { Behaviour, Receiver } from './receiver.js';
import { SPITE } from './receiver.js';

export interface HttpReceiver extends Receiver {
  readonly requests: readonly HttpRequest[];
}

export interface HttpRequest {
  readonly headers: IncomingMessage['headers'];
  readonly url: string;
  readonly body: Buffer;
}

/** A receiver of HTTP calls. `idOf` finds the wire id in a request. */
export const startHttpReceiver = async (
  idOf: (request: HttpRequest) => string,
): Promise<HttpReceiver> => {
  const sockets = new Set<Socket>();
  const requests: HttpRequest[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      requests.push({ headers: request.headers, url: request.url ?? '', body });
      ANSWERS[receiver.behaviour](response, request.socket);
    })();
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const receiver: HttpReceiver = {
    behaviour: 'take',
    port: (server.address() as AddressInfo).port,
    requests,
    get ids() {
      return requests.map(idOf);
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

const ANSWERS: Readonly<Record<Behaviour, (response: ServerResponse, socket: Socket) => void>> = {
  take: (response) => response.writeHead(204).end(),
  mute: () => undefined,
  hang: () => undefined,
  drop: (_response, socket) => socket.resetAndDestroy(),
  cut: (_response, socket) => {
    socket.write('HTTP/1.1 20', () => socket.destroy());
  },
  flood: (response) => {
    response.writeHead(200);
    const pour = (): void => {
      if (!response.destroyed) response.write(SPITE.repeat(500), pour);
    };
    pour();
  },
  busy: (response) => response.writeHead(429, { 'retry-after': '120' }).end(SPITE),
  gone: (response) => response.writeHead(410).end(SPITE),
  moved: (response) => response.writeHead(302, { location: `/elsewhere?${SPITE}` }).end(SPITE),
  broken: (response) => response.writeHead(503, SPITE.replace(/\W/g, ' ')).end(SPITE),
  wrong: (response) => response.writeHead(400).end(SPITE),
};
