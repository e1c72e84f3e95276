import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';

import type { Role } from '../../src/application/access/principal.js';
import { DirectoryImport } from '../../src/entrypoints/rest/directory/import/directory-import.js';
import { startDirectoryApp } from '../entrypoints/rest/directory/directory.app.js';
import type { DirectoryApp } from '../entrypoints/rest/directory/directory.app.js';
import { eventually } from '../support/eventually.js';
import { tablesThatHold } from '../support/tables-that-hold.js';

let directory: DirectoryApp;
beforeAll(async () => {
  directory = await startDirectoryApp();
});
afterAll(() => directory.close());

const as = (role: Role) => ({ authorization: `Bearer ${directory.tokens[role]}` });
const get = (path: string, role: Role = 'operator') =>
  request(directory.server).get(path).set(as(role));
const put = (path: string, body: object, role: Role = 'operator') =>
  request(directory.server).put(path).set(as(role)).send(body);
const remove = (path: string, role: Role = 'operator') =>
  request(directory.server).delete(path).set(as(role));
const post = (path: string, body: object, role: Role = 'operator') =>
  request(directory.server).post(path).set(as(role)).send(body);

/** A member of a JSON answer. */
const memberOf = ({ body }: { body: unknown }, name: string) =>
  (body as Record<string, unknown>)[name];

const A_POSITION = expect.stringMatching(/^\d+$/);

describe('targets over HTTP', () => {
  it('are put, read, changed, destroyed; a write answers its position', async () => {
    const created = await put('/v1/targets/web-1', { ownerId: 'ada', version: '2.3.0' });
    expect([created.status, created.body]).toEqual([200, { position: A_POSITION }]);
    const named = await put('/v1/targets/web-1', { name: 'Web', labels: { team: 'atlas' } });
    expect(named.body).toEqual({ position: null });
    const gone = await remove('/v1/targets/web-1');
    expect(gone.body).toEqual({ position: A_POSITION });
    expect((await get('/v1/targets/web-1', 'viewer')).body).toEqual({
      targetId: 'web-1',
      name: 'Web',
      type: 'target',
      ownerId: 'ada',
      labels: { team: 'atlas' },
      lifecycle: 'destroyed',
      version: '2.3.0',
      pin: null,
      revision: 1,
    });
  });

  it('are listed in pages, with filters', async () => {
    for (const id of ['page-a', 'page-b', 'page-c']) {
      await put(`/v1/targets/${id}`, { labels: { list: 'page' }, type: 'tenant' });
    }
    const first = await get('/v1/targets?label=list%3Dpage&type=tenant&limit=2', 'viewer');
    expect(memberOf(first, 'items')).toMatchObject([
      { targetId: 'page-a' },
      { targetId: 'page-b' },
    ]);
    const link = String(first.headers['link']);
    const next = await get(/<([^>]+)>/.exec(link)?.[1] ?? '', 'viewer');
    expect(next.body).toMatchObject({ items: [{ targetId: 'page-c' }], nextCursor: null });
    const other = await get(
      `/v1/targets?type=tenant&cursor=${String(memberOf(first, 'nextCursor'))}`,
      'viewer',
    );
    expect(other.body).toMatchObject({ status: 422, errors: [{ pointer: 'query:cursor' }] });
  });

  it.each([
    ['/v1/targets/web-9', { colour: 'red' }, '/colour'],
    ['/v1/targets/web-9', { labels: { k: 1 } }, '/labels'],
    ['/v1/targets/web-9', { name: null }, '/name'],
    ['/v1/targets/web-9', { version: 'a\u0007b' }, '/version'],
    ['/v1/targets/a%2Fb', {}, 'path:targetId'],
  ])('PUT %s of %j is refused and writes nothing', async (path, body, pointer) => {
    const answer = await put(path, body);
    expect(answer.body).toMatchObject({ status: 422, code: 'validation', errors: [{ pointer }] });
    expect((await get('/v1/targets/web-9')).status).toBe(404);
  });

  it.each(['/v1/targets/nobody', '/v1/versions/9.9.9', '/v1/recipients/nobody'])(
    'DELETE %s is 404',
    async (path) => {
      expect((await remove(path, 'admin')).body).toMatchObject({ status: 404, code: 'not_found' });
    },
  );
});

describe('versions over HTTP (S2)', () => {
  it('are published, disabled, listed', async () => {
    const path = `/v1/versions/${encodeURIComponent('2.4.0+build 7')}`;
    expect((await put(path, {})).body).toEqual({ position: A_POSITION });
    expect((await put(path, {})).body).toEqual({ position: null });
    expect((await remove(path)).body).toEqual({ position: A_POSITION });
    expect((await get(path, 'viewer')).body).toEqual({ version: '2.4.0+build 7', disabled: true });
    await put('/v1/versions/2.1.0', { disabled: true });
    const list = await get('/v1/versions', 'viewer');
    expect(memberOf(list, 'items')).toContainEqual({ version: '2.1.0', disabled: true });
  });
});

describe('recipients over HTTP', () => {
  const ada = {
    displayName: 'Ada Needle',
    zone: 'Asia/Tokyo',
    locale: 'ja-JP',
    emails: ['needle@example.test', 'oncall@example.test'],
  };

  it('are put without an echo, and read by operators and admins only', async () => {
    expect((await put('/v1/recipients/ada', ada)).body).toEqual({ position: null });
    expect((await get('/v1/recipients/ada')).body).toEqual({
      recipientId: 'ada',
      ...ada,
      erased: false,
    });
    expect(memberOf(await get('/v1/recipients', 'admin'), 'items')).toHaveLength(1);
    for (const role of ['viewer', 'runner'] as const) {
      expect((await get('/v1/recipients/ada', role)).status).toBe(403);
      expect((await get('/v1/recipients', role)).status).toBe(403);
      expect((await get('/v1/webhook-endpoints', role)).status).toBe(403);
    }
  });

  it('N11 are erased by an admin: nothing of them is left in any table', async () => {
    const subscription = {
      endpoint: 'https://push.test/needle',
      p256dh: 'B'.repeat(87),
      auth: 'A'.repeat(22),
    };
    await put('/v1/recipients/ada', ada);
    const pushed = await put('/v1/recipients/ada/push-subscriptions', subscription);
    expect(pushed.body).toEqual({ subscriptionId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    await post('/v1/webhook-endpoints', { url: 'https://hooks.test/needle', recipientId: 'ada' });
    expect(await tablesThatHold(directory.source, 'needle')).toHaveLength(3);
    expect((await remove('/v1/recipients/ada')).status).toBe(403);
    const erased = await remove('/v1/recipients/ada', 'admin');
    expect(erased.body).toEqual({ position: A_POSITION });
    expect((await remove('/v1/recipients/ada', 'admin')).body).toEqual(erased.body);
    expect(await tablesThatHold(directory.source, 'needle')).toEqual([]);
    expect((await get('/v1/recipients/ada')).body).toMatchObject({
      displayName: null,
      erased: true,
    });
    const back = await put('/v1/recipients/ada', ada);
    expect(back.body).toMatchObject({ status: 409, code: 'intent_changed' });
  });

  it('lose a push subscription by its id', async () => {
    await put('/v1/recipients/bob', {});
    const added = await put('/v1/recipients/bob/push-subscriptions', {
      endpoint: 'https://push.test/bob',
      p256dh: 'B'.repeat(87),
      auth: 'A'.repeat(22),
    });
    const path = `/v1/recipients/bob/push-subscriptions/${String(memberOf(added, 'subscriptionId'))}`;
    expect((await remove(path)).status).toBe(204);
    expect((await remove(path)).status).toBe(404);
  });
});

describe('webhook endpoints over HTTP', () => {
  it('show their secret once, and their query never', async () => {
    const added = await post('/v1/webhook-endpoints', { url: 'https://hooks.test/in?token=t0p' });
    expect([added.status, added.body]).toEqual([
      201,
      { endpointId: expect.any(String), secret: expect.stringMatching(/^whsec_.{44}$/) },
    ]);
    expect(added.headers['cache-control']).toContain('no-store');
    const path = String(added.headers['location']);
    const read = await get(path);
    expect(read.body).toMatchObject({ url: 'https://hooks.test/in', recipientId: null });
    expect(read.text + (await get('/v1/webhook-endpoints')).text).not.toMatch(/whsec_|t0p/);
    const second = await post('/v1/webhook-endpoints', { url: 'https://hooks.test/2' });
    expect(second.body).toMatchObject({
      status: 409,
      code: 'invalid_transition',
      endpointId: memberOf(added, 'endpointId'),
    });
    expect((await remove(path)).status).toBe(204);
    expect((await get(path)).status).toBe(404);
  });

  it.each([
    ['http://127.0.0.1/', 'address_loopback'],
    ['https://10.0.0.1/', 'address_private'],
    ['https://nowhere.invalid/', 'unresolved'],
  ])('are refused at %s', async (url, code) => {
    const answer = await post('/v1/webhook-endpoints', { url });
    expect(answer.body).toMatchObject({ status: 422, errors: [{ pointer: '/url', code }] });
  });
});

describe('the import over HTTP', () => {
  const send = (body: string | Buffer, role: Role = 'operator') =>
    request(directory.server)
      .post('/v1/directory/import')
      .set(as(role))
      .set('content-type', 'application/x-ndjson')
      .buffer(true)
      .parse((answer, done) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => {
          done(null, text);
        });
      })
      .send(body);
  const resultOf = (answer: { body: unknown }) => {
    const lines = String(answer.body).trimEnd().split('\n');
    return JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>;
  };
  const many = (count: number, prefix: string, version: string) =>
    Array.from(
      { length: count },
      (_, index) =>
        `${JSON.stringify({ kind: 'target', targetId: `${prefix}-${String(index)}`, ownerId: `o-${String(index % 100)}`, labels: { batch: prefix }, version })}\n`,
    ).join('');

  it('takes the example fleet, and the same once more without an event', async () => {
    const fleet = readFileSync(new URL('../../examples/fleet.jsonl', import.meta.url));
    const first = await send(fleet);
    expect(first.headers['content-type']).toContain('application/x-ndjson');
    expect(String(first.body).split('\n')[0]).toContain('"progress"');
    expect(resultOf(first)).toEqual({
      done: true,
      lines: 623,
      accepted: 623,
      rejected: 0,
      position: String(await directory.events.head()),
      errors: [],
      errorsOmitted: 0,
    });
    expect(resultOf(await send(fleet))).toMatchObject({ accepted: 623, position: null });
    expect((await get('/v1/versions/2.2.0')).body).toMatchObject({ disabled: true });
    expect((await get('/v1/targets/workspace-0499')).body).toMatchObject({ version: '2.3.0' });
  });

  it('takes 10,000 lines, and the same ones changed', async () => {
    const head = await directory.events.head();
    expect(resultOf(await send(many(10_000, 'bulk', '1.0')))).toMatchObject({ accepted: 10_000 });
    const again = resultOf(await send(many(10_000, 'bulk', '1.1')));
    expect(again).toMatchObject({ done: true, accepted: 10_000, rejected: 0 });
    expect((await directory.events.head()) - head).toBe(20_000n);
    expect((await get('/v1/targets/bulk-9999')).body).toMatchObject({
      version: '1.1',
      revision: 1,
    });
  });

  it('rejects bad lines alone, each with its number, and lets a later line of an id win', async () => {
    const answer = await send(
      Buffer.concat([
        Buffer.from('{"kind":"target","targetId":"mix-1","version":"1"}\n'),
        Buffer.from([0x22, 0xff, 0x22, 0x0a]),
        Buffer.from(`{"kind":"target","targetId":"${'x'.repeat(70_000)}"}\n\n`),
        Buffer.from('{"kind":"target","targetId":"mix-2","colour":"red"}\r\n'),
        Buffer.from('{"kind":"recipient","recipientId":"ada","emails":["a@example.test"]}\n'),
        Buffer.from('{"kind":"target","targetId":"mix-1","version":"2"}'),
      ]),
    );
    expect(resultOf(answer)).toMatchObject({
      done: true,
      accepted: 2,
      rejected: 4,
      errors: [
        { line: 2, pointer: '', code: 'malformed' },
        { line: 3, pointer: '', code: 'too_long' },
        { line: 5, pointer: '/colour', code: 'unknown_field' },
        { line: 6, pointer: '/recipientId', code: 'intent_changed' },
      ],
    });
    expect((await get('/v1/targets/mix-1')).body).toMatchObject({ version: '2', revision: 1 });
    expect((await get('/v1/targets/mix-2')).status).toBe(404);
  });

  it('lists a hundred errors and counts the others', async () => {
    const result = resultOf(await send('[]\n'.repeat(150)));
    expect(result).toMatchObject({ accepted: 0, rejected: 150, errorsOmitted: 50 });
    expect(result['errors']).toHaveLength(100);
  });

  it('takes no other type, and nothing from a viewer', async () => {
    expect((await post('/v1/directory/import', {})).status).toBe(415);
    expect((await send('', 'viewer')).status).toBe(403);
  });

  it('stops when the connection breaks, and keeps what it had written', async () => {
    const { port } = directory.server.address() as AddressInfo;
    const headers = { ...as('operator'), 'content-type': 'application/x-ndjson' };
    const call = httpRequest({ port, method: 'POST', path: '/v1/directory/import', headers });
    call.on('error', () => undefined);
    const ended = endOfNextImport();
    call.write(many(600, 'cut', '1.0'));
    await eventually(async () => {
      expect((await get('/v1/targets/cut-0')).status).toBe(200);
    });
    call.destroy();
    await ended;
    expect((await get('/v1/targets/cut-499')).status).toBe(200);
    expect((await get('/v1/targets/cut-599')).status).toBe(404);
  });

  /** Resolves when nobody reads the body of the next import any more. */
  const endOfNextImport = (): Promise<void> => {
    const importer = directory.app.get(DirectoryImport);
    const run = importer.run.bind(importer);
    return new Promise((resolve) => {
      jest.spyOn(importer, 'run').mockImplementationOnce(async function* (body, metadata) {
        try {
          yield* run(body, metadata);
        } finally {
          resolve();
        }
      });
    });
  };
});
