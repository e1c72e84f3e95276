import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { EgressGuard } from '../../../src/infrastructure/egress/egress-guard.js';
import { guardedRequest } from '../../../src/infrastructure/egress/guarded-request.js';
import type { OutgoingRequest } from '../../../src/infrastructure/egress/guarded-request.js';
import { eventually } from '../../support/eventually.js';

describe('a guarded request', () => {
  let server: Server;
  let port: number;
  let heard: string;
  let sockets: Set<Socket>;
  let answer: (socket: Socket) => void;

  beforeEach(async () => {
    heard = '';
    sockets = new Set();
    answer = () => undefined;
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
      socket.on('data', (chunk) => {
        const before = heard.includes('the end');
        heard += chunk.toString();
        if (!before && heard.includes('the end')) answer(socket);
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    port = (server.address() as AddressInfo).port;
  });

  afterEach(async () => {
    const closed = once(server.close(), 'close');
    for (const socket of sockets) socket.destroy();
    await closed;
  });

  const request = (overrides: Partial<OutgoingRequest> = {}) =>
    guardedRequest({
      guard: new EgressGuard({ allow: ['127.0.0.0/8', 'localhost'] }),
      url: `http://127.0.0.1:${String(port)}/path?q=1`,
      headers: { 'x-test': 'yes' },
      body: 'the end',
      timeoutMs: 20_000,
      signal: new AbortController().signal,
      answerBytesMax: 10,
      ...overrides,
    });
  const answersWith = (text: string) => {
    answer = (socket) => socket.end(text);
  };

  it('posts once and answers with status, headers and body', async () => {
    answersWith('HTTP/1.1 200 OK\r\ncontent-length: 4\r\nx-a: b\r\n\r\nfine');
    expect(await request()).toMatchObject({
      kind: 'answered',
      status: 200,
      headers: { 'x-a': 'b' },
      body: Buffer.from('fine'),
      whole: true,
      cut: false,
    });
    expect(heard).toMatch(/^POST \/path\?q=1 HTTP\/1.1\r\n/);
    expect(heard).toContain('x-test: yes\r\n');
  });

  it('N9: keeps no more of an answer than it may', async () => {
    answersWith(`HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n${'x'.repeat(100_000)}`);
    const exchange = await request();
    expect(exchange).toMatchObject({ status: 200, whole: false, cut: true });
    expect(exchange.kind === 'answered' && exchange.body.length).toBe(10);
  });

  it('lets the status stand when the body breaks off', async () => {
    answersWith('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf');
    expect(await request()).toMatchObject({
      kind: 'answered',
      status: 200,
      whole: false,
      cut: false,
    });
  });

  it('lets the status stand when the body never ends', async () => {
    answer = (socket) => socket.write('HTTP/1.1 201 OK\r\ncontent-length: 100\r\n\r\nhalf');
    expect(await request({ timeoutMs: 150 })).toMatchObject({ status: 201, whole: false });
    await eventually(() => {
      expect(sockets.size).toBe(0);
    });
  });

  it('never follows a redirect', async () => {
    answersWith(
      `HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:${String(port)}/there\r\ncontent-length: 0\r\n\r\n`,
    );
    expect(await request()).toMatchObject({ kind: 'answered', status: 307 });
    expect(heard.match(/POST/g)).toHaveLength(1);
  });

  it.each([
    ['what is not HTTP', 'SSH-2.0-hello\r\n'],
    ['headers without an end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`],
  ])('calls %s a bad answer', async (_what, text) => {
    answersWith(text);
    expect(await request()).toEqual({ kind: 'broken', cause: 'bad_answer' });
  });

  it('calls an answer that changes the protocol broken', async () => {
    answersWith('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
    expect(await request()).toMatchObject({ kind: 'broken' });
  });

  it('knows that nothing was sent where the handshake failed', async () => {
    answer = () => undefined;
    server.on('connection', (socket: Socket) =>
      socket.once('data', () => socket.end('no TLS here')),
    );
    const url = `https://127.0.0.1:${String(port)}/`;
    expect(await request({ url })).toEqual({ kind: 'not_sent', cause: 'tls' });
  });

  it('knows that nothing was sent where the handshake never ended', async () => {
    const url = `https://127.0.0.1:${String(port)}/`;
    expect(await request({ url, timeoutMs: 150 })).toEqual({ kind: 'not_sent', cause: 'timeout' });
  });

  it('knows that nothing was sent where the name never resolved', async () => {
    const silent = new EgressGuard({
      allow: [],
      resolve: () => new Promise(() => undefined),
    });
    const url = 'https://slow.test/';
    expect(await request({ guard: silent, url, timeoutMs: 50 })).toEqual({
      kind: 'not_sent',
      cause: 'timeout',
    });
    const failing = new EgressGuard({ allow: [], resolve: () => Promise.resolve([]) });
    expect(await request({ guard: failing, url })).toEqual({
      kind: 'not_sent',
      cause: 'unreachable',
    });
  });

  it('connects to the address that was judged, whatever the name says afterwards', async () => {
    answersWith('HTTP/1.1 204 OK\r\n\r\n');
    let asked = 0;
    const guard = new EgressGuard({
      allow: ['127.0.0.1'],
      resolve: () => {
        asked += 1;
        return Promise.resolve([asked === 1 ? '127.0.0.1' : '10.0.0.1']);
      },
    });
    const url = `http://rebinding.test:${String(port)}/`;
    expect(await request({ guard, url })).toMatchObject({ kind: 'answered', status: 204 });
    expect(asked).toBe(1);
    expect(heard).toContain(`host: rebinding.test:${String(port)}`.replace('host', 'Host'));
    expect(await request({ guard, url })).toEqual({ kind: 'forbidden', reason: 'address_private' });
  });

  it('opens no connection to a forbidden address', async () => {
    const guard = new EgressGuard({ allow: [] });
    const url = `https://127.0.0.1:${String(port)}/`;
    expect(await request({ guard, url })).toEqual({
      kind: 'forbidden',
      reason: 'address_loopback',
    });
    expect(sockets.size).toBe(0);
    expect(heard).toBe('');
  });
});
