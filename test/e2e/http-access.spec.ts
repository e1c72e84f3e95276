import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';

import { TOKEN_MEMORY_MS } from '../../src/application/access/authenticate.js';
import { CreateToken } from '../../src/application/access/create-token.js';
import type { Role } from '../../src/application/access/principal.js';
import { RevokeToken } from '../../src/application/access/revoke-token.js';
import { startProbeApp } from '../entrypoints/rest/support/probe.app.js';
import type { ProbeApp } from '../entrypoints/rest/support/probe.app.js';
import { eventually } from '../support/eventually.js';

let probe: ProbeApp;
beforeAll(async () => {
  probe = await startProbeApp();
});
afterAll(() => probe.close());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const as = (role: Role) => bearer(probe.tokens[role]);
const get = (path: string, headers: Record<string, string> = {}) =>
  request(probe.server).get(path).set(headers);
const post = (path: string, key: string, body?: object, role: Role = 'operator') =>
  request(probe.server)
    .post(path)
    .set({ ...as(role), 'idempotency-key': key })
    .send(body);

async function newToken(name: string, expiresAt: number | null = null) {
  const made = await probe.app.get(CreateToken).execute({ name, role: 'viewer', expiresAt });
  if (!made.ok) throw new TypeError(made.refusal.detail);
  return made;
}

describe('access', () => {
  it.each<[string, Role, number]>([
    ['admin', 'admin', 200],
    ['admin', 'operator', 403],
    ['admin', 'viewer', 403],
    ['admin', 'runner', 403],
    ['operator', 'admin', 200],
    ['operator', 'operator', 200],
    ['operator', 'viewer', 403],
    ['operator', 'runner', 403],
    ['viewer', 'admin', 200],
    ['viewer', 'operator', 200],
    ['viewer', 'viewer', 200],
    ['viewer', 'runner', 403],
    ['runner', 'admin', 403],
    ['runner', 'operator', 403],
    ['runner', 'viewer', 403],
    ['runner', 'runner', 200],
  ])('a route for %s answers a token of %s with %i', async (route, role, status) => {
    const answer = await get(`/v1/probes/${route}`, as(role));
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject(status === 200 ? { reached: route } : { code: 'forbidden' });
  });

  it.each([
    '/v1/probes/admin',
    '/v1/probes/viewer',
    '/v1/probes/items/a',
    '/v1/whoami',
    '/metrics',
    '/nowhere',
  ])('%s does not answer a stranger', async (path) => {
    const answer = await get(path);
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="forewarn"');
  });

  it.each([
    '/health/live',
    '/health/ready',
    '/openapi.json',
    '/docs',
    '/docs/errors',
    '/docs/start.js',
    '/docs/assets/swagger-ui.css',
    '/docs/assets/swagger-ui-bundle.js',
    '/v1/probes/open',
  ])('%s answers everybody', async (path) => {
    expect((await get(path)).status).toBe(200);
  });

  it('does not read the body of a stranger', async () => {
    const answer = await request(probe.server).post('/v1/probes').type('json').send('{"broken');
    expect(answer.status).toBe(401);
  });

  it('refuses tokens that are wrong in any way, all with the same words', async () => {
    const good = probe.tokens.viewer;
    const wrong = [
      `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`,
      `fw_0000000000000000_${'a'.repeat(43)}`,
      'fw_x_y',
      'x'.repeat(5_000),
      `${good}x`,
    ];
    for (const token of wrong) {
      const answer = await get('/v1/whoami', bearer(token));
      expect(answer.status).toBe(401);
    }
    expect((await get('/v1/whoami', { authorization: `Basic ${good}` })).status).toBe(401);
    expect((await get('/v1/whoami', { authorization: `bearer  ${good}` })).status).toBe(200);
  });

  it('says whose token it is', async () => {
    const answer = await get('/v1/whoami', as('runner'));
    expect(answer.body).toEqual({
      tokenId: probe.tokens.runner.split('_')[1],
      name: 'runner-token',
      role: 'runner',
    });
  });

  it('stops taking a revoked token within seconds', async () => {
    const { token, tokenId } = await newToken('revoked');
    expect((await get('/v1/whoami', bearer(token))).status).toBe(200);
    await probe.app.get(RevokeToken).execute(tokenId);
    probe.clock.advance(TOKEN_MEMORY_MS);
    expect((await get('/v1/whoami', bearer(token))).status).toBe(401);
  });

  it('stops taking a token at its end, remembered or not', async () => {
    const { token } = await newToken('short-lived', probe.clock.now() + 1_000);
    expect((await get('/v1/whoami', bearer(token))).status).toBe(200);
    probe.clock.advance(1_000);
    expect((await get('/v1/whoami', bearer(token))).status).toBe(401);
  });

  it('notes the use of a token, and keeps no token but its hash', async () => {
    const { token, tokenId } = await newToken('used');
    await get('/v1/whoami', bearer(token));
    const text = 'SELECT * FROM forewarn.tokens WHERE id = $1';
    const [row] = await probe.postgres.query({ text, values: [tokenId] });
    expect(row).toMatchObject({ last_used_at: expect.any(Date) });
    expect(JSON.stringify(row)).not.toContain(token.slice(-43));
  });
});

describe('a request with an Idempotency-Key', () => {
  it('runs once, and its answer is given again, byte by byte', async () => {
    const first = await post('/v1/probes', 'k-once', { id: 'a', count: 1 });
    const again = await post('/v1/probes', '"k-once"', { count: 1, id: 'a' });
    expect(first).toMatchObject({ status: 201, body: { id: 'a' } });
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect([again.status, again.text, again.headers['content-type']]).toEqual([
      201,
      first.text,
      first.headers['content-type'],
    ]);
  });

  it('is refused with another body', async () => {
    await post('/v1/probes', 'k-reused', { id: 'a' });
    const other = await post('/v1/probes', 'k-reused', { id: 'b' });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  });

  it('gets its refusal again, too', async () => {
    const first = await post('/v1/probes', 'k-busy', { id: 'busy' });
    const again = await post('/v1/probes', 'k-busy', { id: 'busy' });
    expect(first).toMatchObject({ status: 409, body: { code: 'target_busy', targets: ['x'] } });
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect([again.status, again.text, again.headers['content-type']]).toEqual([
      409,
      first.text,
      first.headers['content-type'],
    ]);
  });

  it('gets its validation errors again, too', async () => {
    await post('/v1/probes', 'k-bad', { id: '/' });
    const again = await post('/v1/probes', 'k-bad', { id: '/' });
    expect(again).toMatchObject({ status: 422, body: { code: 'validation' } });
    expect(again.headers['idempotency-replayed']).toBe('true');
  });

  it('may be tried again after a 503', async () => {
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const answer = await post('/v1/probes', 'k-down', { id: 'down' });
      expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.headers['idempotency-replayed']).toBeUndefined();
    }
  });

  it('gives the same command id on every try, and another one to another caller', async () => {
    const run = async (role: Role) => {
      const { body } = await post('/v1/probes', 'k-id', { id: 'a' }, role);
      await probe.postgres.query({ text: 'DELETE FROM forewarn.idempotency' });
      return (body as { commandId: string }).commandId;
    };
    const [first, again, other] = [
      await run('operator'),
      await run('operator'),
      await run('admin'),
    ];
    expect(first).toMatch(/^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect([again === first, other === first]).toEqual([true, false]);
  });

  it('runs exactly once when twenty come at the same time', async () => {
    const { gate } = probe;
    const runsBefore = gate.runs;
    const race = Array.from({ length: 20 }, () => post('/v1/probes/slow', 'k-race').then((a) => a));
    const losers: request.Response[] = [];
    for (const each of race) void each.then((answer) => losers.push(answer));
    await eventually(() => {
      expect(losers).toHaveLength(19);
      expect(gate.held).toBe(1);
    });
    for (const { status, body, headers } of losers) {
      expect([status, (body as { code: string }).code, headers['retry-after']]).toEqual([
        409,
        'idempotency_in_progress',
        '1',
      ]);
    }
    gate.open();
    await Promise.all(race);
    const again = await post('/v1/probes/slow', 'k-race');
    expect(again.headers).toMatchObject({ etag: '"1"', 'idempotency-replayed': 'true' });
    expect(gate.runs).toBe(runsBefore + 1);
  });
});
