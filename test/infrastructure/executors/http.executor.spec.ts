import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';

import { UnusableSecret } from '../../../src/infrastructure/egress/standard-webhook.js';
import {
  HttpExecutor,
  NoExecutorSecret,
} from '../../../src/infrastructure/executors/http/http.executor.js';
import { eventually } from '../../support/eventually.js';
import { startExample } from '../../support/example-program.js';
import type { Program } from '../../support/example-program.js';
import { describeExecutor } from './executor.contract.js';
import { orderOf } from './orders.js';

const secretOf = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const executorAt = (
  port: number,
  more: { timeoutMs?: number; secrets?: readonly string[]; now?: () => number } = {},
) =>
  new HttpExecutor({
    url: `http://127.0.0.1:${String(port)}/work`,
    secrets: [secretOf(1)],
    now: () => Date.now(),
    ...more,
  });

describeExecutor('http', async () => {
  const program = await startExample('executor/executor.js', {
    EXECUTOR_SECRET: secretOf(1),
    FAIL_TARGETS: 'bad',
  });
  return { executor: executorAt(program.port), failingTarget: 'bad', stop: program.stop };
});

describe('an HTTP executor', () => {
  let server: Server;
  let port: number;
  let bodies: { readonly text: string; readonly headers: Record<string, string> }[];
  let answer: (response: ServerResponse) => void;
  let open: number;

  beforeEach(async () => {
    bodies = [];
    open = 0;
    server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        bodies.push({ text, headers: request.headers as Record<string, string> });
        answer(response);
      });
    });
    server.on('connection', (socket) => {
      open += 1;
      socket.on('close', () => (open -= 1));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    port = (server.address() as AddressInfo).port;
  });

  afterEach(async () => {
    const closed = once(server.close(), 'close');
    server.closeAllConnections();
    await closed;
  });

  const signal = () => new AbortController().signal;
  const answersWith = (status: number, body: string, headers: Record<string, string> = {}) => {
    answer = (response) => response.writeHead(status, headers).end(body);
  };

  it('is given the whole order, signed with every secret under the id of the work', async () => {
    answersWith(200, '{"outcome":"applied"}');
    const order = orderOf({ fence: 7, parameters: { targetVersion: '2.4' } });
    const executor = executorAt(port, { secrets: [secretOf(1), secretOf(2)] });
    expect(await executor.apply(order, signal())).toEqual({ kind: 'applied' });
    const [request] = bodies;
    expect(request?.headers['webhook-id']).toBe(order.workId);
    for (const secret of [secretOf(1), secretOf(2)]) {
      expect(new Webhook(secret).verify(request?.text ?? '', request?.headers ?? {})).toEqual(
        order,
      );
    }
  });

  const bad = { kind: 'failed', reason: 'bad_answer', retryable: false };
  it.each([
    [200, '{"outcome":"applied"}', { kind: 'applied' }],
    [200, '{"outcome":"skipped","reason":"pinned"}', { kind: 'skipped', reason: 'pinned' }],
    [
      200,
      '{"outcome":"failed","reason":"no disk","retryable":true}',
      { kind: 'failed', reason: 'no disk', retryable: true },
    ],
    [
      200,
      '{"outcome":"failed","reason":"a\\n\\u0000b","retryable":false}',
      { kind: 'failed', reason: 'a b', retryable: false },
    ],
    [202, '{"outcome":"accepted"}', { kind: 'accepted' }],
    [200, '', bad],
    [200, 'OK', bad],
    [200, 'null', bad],
    [200, '[]', bad],
    [200, '"applied"', bad],
    [200, '{"outcome":"done"}', bad],
    [200, '{"outcome":["applied"]}', bad],
    [200, '{"outcome":"__proto__"}', bad],
    [200, '{"outcome":"skipped"}', bad],
    [200, '{"outcome":"skipped","reason":"  "}', bad],
    [200, '{"outcome":"failed","reason":"x"}', bad],
    [200, '{"outcome":"failed","reason":5,"retryable":true}', bad],
    [204, '', bad],
    [200, `{"outcome":"applied","padding":"${'x'.repeat(100_000)}"}`, bad],
    [302, '', { kind: 'failed', reason: 'http_302', retryable: false }],
    [400, '', { kind: 'failed', reason: 'http_400', retryable: false }],
    [404, '', { kind: 'failed', reason: 'http_404', retryable: false }],
    [409, '{"reason":"stale_fence"}', { kind: 'failed', reason: 'stale_fence', retryable: false }],
    [409, 'other', { kind: 'failed', reason: 'http_409', retryable: false }],
    [429, '', { kind: 'failed', reason: 'http_429', retryable: true }],
    [500, '', { kind: 'unknown', reason: 'http_500' }],
    [503, '', { kind: 'unknown', reason: 'http_503' }],
  ])('C6: answers %i %s and means it', async (status, body, expected) => {
    answersWith(status, body.slice(0, 200_000));
    expect(await executorAt(port).apply(orderOf(), signal())).toEqual(expected);
  });

  it('C6: puts work off without having begun it', async () => {
    answersWith(503, '', { 'retry-after': '5' });
    expect(await executorAt(port).apply(orderOf(), signal())).toEqual({
      kind: 'failed',
      reason: 'http_503',
      retryable: true,
    });
  });

  it('C6: cuts a reason that is too long', async () => {
    answersWith(200, JSON.stringify({ outcome: 'skipped', reason: 'x'.repeat(5_000) }));
    const result = await executorAt(port).apply(orderOf(), signal());
    expect(result.kind === 'skipped' && result.reason.length).toBe(256);
  });

  it('C2: has provably not begun when the connection is refused', async () => {
    const closed = once(server.close(), 'close');
    await closed;
    expect(await executorAt(port).apply(orderOf(), signal())).toEqual({
      kind: 'failed',
      reason: 'not_started_refused',
      retryable: true,
    });
    await once(server.listen(port, '127.0.0.1'), 'listening');
  });

  it.each([
    [
      'before its answer',
      (response: ServerResponse) => response.socket?.resetAndDestroy(),
      'reset',
    ],
    [
      'inside of its answer',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': '21' }).write('{"outcome":');
        response.socket?.end();
      },
      'answer_cut_short',
    ],
  ])('C2: may have done it when the call breaks off %s', async (_when, breakOff, reason) => {
    answer = breakOff;
    expect(await executorAt(port).apply(orderOf(), signal())).toEqual({ kind: 'unknown', reason });
  });

  it('C2: may have done it when it never answers, and its socket is destroyed', async () => {
    answer = () => undefined;
    expect(await executorAt(port, { timeoutMs: 100 }).apply(orderOf(), signal())).toEqual({
      kind: 'unknown',
      reason: 'timeout',
    });
    await eventually(() => {
      expect(open).toBe(0);
    });
  });

  it('C2: is called no longer than its lease, and not at all behind it', async () => {
    answer = () => undefined;
    const now = Date.parse('2030-01-01T00:00:00.000Z');
    const executor = executorAt(port, { now: () => now });
    const leaseUntil = '2030-01-01T00:00:00.100Z';
    expect(await executor.apply(orderOf({ leaseUntil }), signal())).toMatchObject({
      kind: 'unknown',
    });
    expect(
      await executor.apply(orderOf({ leaseUntil: '2030-01-01T00:00:00.000Z' }), signal()),
    ).toEqual({
      kind: 'failed',
      reason: 'lease_over',
      retryable: true,
    });
    expect(bodies).toHaveLength(1);
  });

  it('O8: is left at once when the signal is aborted', async () => {
    const controller = new AbortController();
    answer = () => {
      controller.abort();
    };
    expect(await executorAt(port).apply(orderOf(), controller.signal)).toEqual({
      kind: 'unknown',
      reason: 'aborted',
    });
  });

  it('is never called unsigned', () => {
    expect(() => executorAt(port, { secrets: [] })).toThrow(NoExecutorSecret);
    expect(() => executorAt(port, { secrets: ['whsec_'] })).toThrow(UnusableSecret);
  });
});

describe('the example of an executor', () => {
  let program: Program;

  const start = async (env: Record<string, string> = {}) => {
    program = await startExample('executor/executor.js', { EXECUTOR_SECRET: secretOf(1), ...env });
    return executorAt(program.port);
  };
  const signal = new AbortController().signal;

  afterEach(() => program.stop());

  it('C1: has one effect for one order, however often it comes', async () => {
    const executor = await start();
    const order = orderOf();
    await executor.apply(order, signal);
    await executor.apply(order, signal);
    await eventually(() => {
      expect(program.lines).toEqual([
        {
          effect: 'applied',
          workId: order.workId,
          actionId: 'a-1',
          targetId: 'i-1',
          fence: 1,
          attempt: 1,
          at: expect.any(String),
        },
      ]);
    });
  });

  it('C2: changes a target once for one action, though a new claim asks for it again', async () => {
    const executor = await start();
    await executor.apply(orderOf({ fence: 1, workId: 'w-1' }), signal);
    expect(await executor.apply(orderOf({ fence: 2, workId: 'w-2' }), signal)).toEqual({
      kind: 'applied',
    });
    await executor.apply(orderOf({ fence: 3, workId: 'w-3', actionId: 'a-2' }), signal);
    await eventually(() => {
      expect(program.lines.map(({ effect }) => effect)).toEqual(['applied', 'none', 'applied']);
    });
  });

  it('C4: refuses a fence smaller than one that it has seen for the target', async () => {
    const executor = await start();
    await executor.apply(orderOf({ fence: 5 }), signal);
    expect(await executor.apply(orderOf({ fence: 4 }), signal)).toEqual({
      kind: 'failed',
      reason: 'stale_fence',
      retryable: false,
    });
    expect(await executor.apply(orderOf({ fence: 4, targetId: 'i-2' }), signal)).toEqual({
      kind: 'applied',
    });
  });

  it('takes orders from nobody else', async () => {
    await start();
    const stranger = executorAt(program.port, { secrets: [secretOf(9)] });
    expect(await stranger.apply(orderOf(), signal)).toEqual({
      kind: 'failed',
      reason: 'http_401',
      retryable: false,
    });
    expect(program.lines).toEqual([]);
  });

  it('fails a share of the targets, or accepts and leaves the outcome to others', async () => {
    const executor = await start({ FAIL_SHARE: '1', ANSWER_ACCEPTED: '' });
    expect(await executor.apply(orderOf(), signal)).toMatchObject({ kind: 'failed' });
    await program.stop();
    const accepting = await start({ ANSWER_ACCEPTED: '1' });
    expect(await accepting.apply(orderOf(), signal)).toEqual({ kind: 'accepted' });
  });
});
