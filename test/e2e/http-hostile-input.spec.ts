import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';

import { body, HOSTILE_INPUTS } from '../entrypoints/rest/support/hostile-inputs.js';
import type { Wire } from '../entrypoints/rest/support/hostile-inputs.js';
import { startProbeApp } from '../entrypoints/rest/support/probe.app.js';
import type { ProbeApp } from '../entrypoints/rest/support/probe.app.js';

let probe: ProbeApp;
beforeAll(async () => {
  probe = await startProbeApp();
});
afterAll(() => probe.close());

interface Answer {
  readonly status: number;
  readonly head: string;
  readonly problem: Record<string, unknown>;
}

/** Sends bytes as they are: a client library would repair half of what is tested here. */
function send({
  method = 'POST',
  path = '/v1/probes',
  headers = {},
  body = '',
}: Wire): Promise<Answer> {
  const all = {
    host: 'test',
    connection: 'close',
    authorization: `Bearer ${probe.tokens.admin}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
  return exchange(Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]));
}

function exchange(bytes: Buffer): Promise<Answer> {
  const { port } = probe.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const [head = '', text = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n');
      if (head === '') reject(new TypeError('closed without an answer'));
      else resolve({ status: Number(head.split(' ')[1]), head, problem: read(text) });
    });
  });
}

const read = (text: string): Record<string, unknown> =>
  JSON.parse(text === '' ? '{}' : text) as Record<string, unknown>;

describe('the HTTP edge answers hostile input with a typed problem, never with a 500', () => {
  it.each(HOSTILE_INPUTS)('%s → %i %s', async (_what, status, code, wire) => {
    const bodiless = wire.method === 'GET' || wire.method === 'DELETE';
    const headers = bodiless ? { 'content-type': 'text/plain', ...wire.headers } : wire.headers;
    const answer = await send({ ...wire, ...(headers && { headers }) });
    expect(answer.problem).toMatchObject({
      status,
      code,
      type: `https://forewarn.test/docs/errors#${code}`,
    });
    expect(answer.status).toBe(status);
    expect(answer.head.toLowerCase()).toContain('content-type: application/problem+json');
    expect(JSON.stringify(answer.problem)).not.toMatch(/secret detail|node_modules|\bat .*\.ts/);
  });

  it('answers bytes that are not HTTP', async () => {
    const answer = await exchange(Buffer.from('\u0016\u0003\u0001 hello\r\n\r\n', 'latin1'));
    expect(answer).toMatchObject({ status: 400, problem: { code: 'malformed' } });
  });

  it('names every broken field by a JSON pointer', async () => {
    const parts = [{ at: '2030-01-01T00:00:00Z' }, { at: 'soon', 'a/b~c': 1 }];
    const { problem } = await send(body({ count: -1, parts }));
    expect(problem['errors']).toEqual([
      { pointer: '/count', code: 'min', message: expect.any(String) },
      { pointer: '/parts/1/a~1b~0c', code: 'unknown_field', message: 'a/b~c is not a known field' },
      { pointer: '/parts/1/at', code: 'instant', message: expect.any(String) },
    ]);
  });

  it('names a broken parameter, and the methods that a path has', async () => {
    const limit = await send({
      method: 'GET',
      path: '/v1/probes/pages?limit=x',
      headers: { 'content-type': 'text/plain' },
    });
    expect(limit.problem['errors']).toEqual(
      expect.arrayContaining([expect.objectContaining({ pointer: 'query:limit' })]),
    );
    const method = await send({
      method: 'DELETE',
      path: '/v1/probes/items/a',
      headers: { 'content-type': 'text/plain' },
    });
    expect(method.head).toMatch(/^allow: GET, HEAD, PUT$/im);
  });

  it('takes what lies just inside of the bounds', async () => {
    const fields = {
      count: 1_000,
      text: '𝒳'.repeat(10),
      body: 'a\r\nb\tc',
      zone: 'Asia/Kathmandu',
      locale: 'de-CH-1996',
      parts: [{ at: '2030-01-01t00:00:00.123456789+14:00' }],
    };
    expect((await send(body(fields))).status).toBe(201);
    expect(
      (await send({ ...body({}), headers: { 'content-type': 'Application/JSON; charset=utf-8' } }))
        .status,
    ).toBe(201);
    expect((await send({ body: '{"id":"a","parts":[]}'.padEnd(1_048_576) })).status).toBe(201);
  });
});

describe('other kinds of bodies', () => {
  const asAdmin = () => ({ authorization: `Bearer ${probe.tokens.admin}` });

  it('streams an import and keeps the limit of its route', async () => {
    const answer = await request(probe.server)
      .post('/v1/probes/import')
      .set({ ...asAdmin(), 'content-type': 'application/x-ndjson' })
      .send('x'.repeat(1_900_000));
    expect(answer.body).toEqual({ bytes: 1_900_000 });
  });

  it('reads a form where the route says so', async () => {
    const form = request(probe.server).post('/v1/probes/form').type('form');
    expect((await form.send('List-Unsubscribe=One-Click')).body).toEqual({
      'List-Unsubscribe': 'One-Click',
    });
  });

  it('keeps the bytes of a body for a signature', async () => {
    const answer = await request(probe.server)
      .post('/v1/probes/signed')
      .set('content-type', 'application/json')
      .send('{ "a" :  1 }');
    expect(answer.body).toEqual({ raw: '{ "a" :  1 }' });
  });
});
