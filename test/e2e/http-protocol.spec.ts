import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';

import type { Role } from '../../src/application/access/principal.js';
import { openApiText } from '../../src/entrypoints/rest/openapi/openapi-text.js';
import { startProbeApp } from '../entrypoints/rest/support/probe.app.js';
import type { ProbeApp } from '../entrypoints/rest/support/probe.app.js';
import { eventually } from '../support/eventually.js';

let probe: ProbeApp;
beforeAll(async () => {
  probe = await startProbeApp();
});
afterAll(() => probe.close());

const as = (role: Role) => ({ authorization: `Bearer ${probe.tokens[role]}` });
const get = (path: string, headers: Record<string, string> = {}) =>
  request(probe.server).get(path).set(headers);

describe('what every answer carries', () => {
  it.each([
    [{ 'x-correlation-id': 'order-77' }, 'order-77'],
    [
      { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
      '4bf92f3577b34da6a3ce929d0e0e4736',
    ],
  ])('a correlation id that the caller gave in %j', async (headers, expected) => {
    const answer = await get('/v1/probes/caller', { ...as('viewer'), ...headers });
    expect(answer.headers['x-correlation-id']).toBe(expected);
    expect(answer.body).toMatchObject({
      correlationId: expected,
      actor: 'user:viewer-token',
      mayRepeat: false,
    });
  });

  it.each([
    { 'x-correlation-id': 'a b' },
    { traceparent: '00-00000000000000000000000000000000-00f067aa0ba902b7-01' },
  ])(
    'a correlation id of our own where the caller gave none that is well-formed: %j',
    async (headers) => {
      const answer = await get('/v1/probes/caller', { ...as('viewer'), ...headers });
      expect(answer.headers['x-correlation-id']).toMatch(/^[\da-f-]{36}$/);
    },
  );

  it('an ETag, which a write must send back', async () => {
    const put = (headers: object = {}) =>
      request(probe.server)
        .put('/v1/probes/items/a')
        .set({ ...as('operator'), ...headers });
    const { headers } = await get('/v1/probes/items/a', as('viewer'));
    expect(headers['etag']).toBe('"7"');
    expect((await put()).body).toMatchObject({ status: 428, code: 'precondition_required' });
    expect((await put({ 'if-match': 'seven' })).body).toMatchObject({ status: 400 });
    expect((await put({ 'if-match': '"7", "8"' })).body).toMatchObject({ status: 400 });
    expect((await put({ 'if-match': '"6"' })).body).toMatchObject({
      status: 412,
      code: 'version_mismatch',
      currentVersion: 7,
    });
    expect((await put({ 'if-match': 'W/"7"' })).body).toEqual({ id: 'a', expected: 7 });
    expect((await put({ 'if-match': '*' })).body).toEqual({ id: 'a', expected: '*' });
  });
});

describe('reads', () => {
  it('go page by page along the links, filters kept, each row once', async () => {
    const seen: string[] = [];
    let path: string | undefined = '/v1/probes/pages?limit=2&type=a&type=b&open=true';
    while (path !== undefined) {
      const answer: request.Response = await get(path, as('viewer'));
      expect(answer.body).toMatchObject({ query: { limit: 2, type: ['a', 'b'], open: true } });
      seen.push(...(answer.body as { items: string[] }).items);
      path = /^<([^>]+)>; rel="next"$/.exec(answer.headers['link'] ?? '')?.[1];
    }
    expect(seen).toEqual(['row-0', 'row-1', 'row-2', 'row-3', 'row-4']);
  });

  it('wait for the position that they are asked for, or refuse', async () => {
    probe.progress.position = 10n;
    const met = await get('/v1/probes/fresh?atLeast=10', as('viewer'));
    expect(met.body).toEqual({ fresh: true });
    const short = { ...as('viewer'), prefer: 'respond-async, wait=2' };
    const missed = await get('/v1/probes/fresh?atLeast=9223372036854775807', short);
    expect(missed).toMatchObject({ status: 503, body: { code: 'not_caught_up' } });
    expect(missed.headers['retry-after']).toBe('1');
    await get('/v1/probes/fresh?atLeast=1', { ...as('viewer'), prefer: 'wait=60' });
    const now = await get('/v1/probes/fresh?atLeast=1', { ...as('viewer'), prefer: 'wait=0' });
    expect(now.body).toEqual({ fresh: true });
    expect(probe.progress.waits).toEqual([5_000, 2_000, 5_000, 250]);
  });
});

describe('operating', () => {
  it('is ready while every check holds, and says what does not', async () => {
    expect((await get('/health/ready')).body).toEqual({
      status: 'ready',
      checks: [{ name: 'scripted', healthy: true }],
    });
    probe.health.report = { healthy: false, reason: 'behind by 5 s' };
    const answer = await get('/health/ready');
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(answer.body).toMatchObject({
      checks: [{ name: 'scripted', healthy: false, reason: 'behind by 5 s' }],
    });
    expect((await get('/health/live')).status).toBe(200);
  });

  it('measures requests by pattern, never by path', async () => {
    await get('/v1/probes/items/secret-id', as('viewer'));
    await get('/secret-path', as('viewer'));
    const { text, headers } = await get('/metrics', as('viewer'));
    expect(headers['content-type']).toContain('text/plain');
    expect(text).toContain('method="GET",route="/v1/probes/items/:id",status_class="2xx"');
    expect(text).toContain('method="GET",route="unknown",status_class="4xx"');
    expect(text).not.toMatch(/secret-/);
  });

  it('describes itself, with every route, refusal and role', async () => {
    const { body } = await get('/openapi.json');
    expect(body).toMatchObject({
      openapi: '3.1.0',
      paths: {
        '/v1/probes': {
          post: {
            'x-roles': ['operator'],
            security: [{ bearer: [] }],
            responses: {
              401: { content: { 'application/problem+json': expect.anything() } },
              409: {
                description: expect.stringMatching(
                  /`idempotency_in_progress`[^]*`target_busy`|`target_busy`[^]*`idempotency_in_progress`/,
                ),
              },
              422: { description: expect.stringContaining('`validation`') },
            },
          },
        },
      },
      components: {
        schemas: { ProblemSchema: expect.anything() },
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      },
    });
  });

  it('writes down the same description that it serves, without starting anything', async () => {
    const { text } = await get('/openapi.json');
    const written: unknown = JSON.parse(await openApiText(probe.module));
    expect(written).toEqual(JSON.parse(text));
  });

  it('serves pages that load nothing from elsewhere', async () => {
    const docs = await get('/docs');
    expect(docs.headers['content-security-policy']).toContain("script-src 'self'");
    expect(docs.text).not.toMatch(/https?:\/\//);
    const api = await get('/v1/whoami', as('viewer'));
    expect(api.headers['content-security-policy']).toContain("default-src 'none'");
    expect((await get('/docs/errors')).text).toContain('<section id="target_busy">');
  });
});

describe('an orderly stop', () => {
  /** A connection that is kept, as a proxy keeps them. */
  function keptConnection() {
    const { port } = probe.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    const closed = once(socket, 'close');
    const send = (line: string) =>
      socket.write(
        `${line} HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\nAuthorization: Bearer ${probe.tokens.operator}\r\n\r\n`,
      );
    return { send, closed, text: () => Buffer.concat(chunks).toString() };
  }

  it('answers what is under way, refuses what comes then, and leaves no connection', async () => {
    const { app, gate, server } = probe;
    const [idle, busy, late] = [keptConnection(), keptConnection(), keptConnection()];
    idle.send('GET /health/live');
    busy.send('POST /v1/probes/slow');
    await eventually(() => {
      expect(idle.text()).toContain('200 OK');
      expect(gate.held).toBe(1);
    });
    app.getHttpAdapter().beforeClose?.();
    late.send('GET /health/live');
    await late.closed;
    expect(late.text()).toMatch(
      /503 Service Unavailable[^]*connection: close[^]*"code":"unavailable"/i,
    );
    const closing = app.close();
    await idle.closed;
    gate.open();
    await Promise.all([closing, busy.closed]);
    expect(busy.text()).toMatch(/201 Created[^]*connection: close/i);
    expect(server.listening).toBe(false);
  });
});
