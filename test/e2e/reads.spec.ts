import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually } from '../support/eventually.js';
import { inSeconds, startService } from './support/service.js';
import type { TestService } from './support/service.js';

type Json = Readonly<Record<string, unknown>>;
interface Listed {
  readonly items: readonly Json[];
  readonly nextCursor: string | null;
}
interface Written {
  readonly actionId: string;
  readonly position: string;
  readonly version: number;
}

const FLEET = [
  { kind: 'version', version: '2.4.0' },
  { kind: 'recipient', recipientId: 'ann', displayName: 'Ann', zone: 'Asia/Tokyo', locale: 'en' },
  { kind: 'recipient', recipientId: 'bob' },
  ...['a-1', 'a-2', 'a-3', 'b-1', 'b-2', 'c-1', 'd-1', 'd-2'].map((targetId) => ({
    kind: 'target',
    targetId,
    name: `Name of ${targetId}`,
    ownerId: 'ann',
    version: '2.3.0',
  })),
  { kind: 'target', targetId: 'gone', ownerId: 'ann', lifecycle: 'destroyed' },
];

const HOUR = 3_600;

describe('reading over HTTP', () => {
  let forewarn: TestService;
  /** Stays as it is: five hours ahead, two stages, a lead that has opened, rescheduled once. */
  let planned: Written;
  /** Has run. */
  let done: Written;

  beforeAll(async () => {
    forewarn = await startService();
    await forewarn.import(FLEET);
    const scheduled = await schedule({
      type: 'version_change',
      parameters: { targetVersion: '2.4.0' },
      targets: { ids: ['a-1', 'a-2', 'a-3', 'gone'] },
      runAt: inSeconds(5 * HOUR),
      zone: 'Europe/Berlin',
      rollout: { percent: 50, interval: 'PT1H' },
      notice: { leads: ['PT24H'], channels: ['banner', 'inbox'], subject: 'Please save' },
      reason: 'security fix',
    });
    await noticesSettled(scheduled.actionId, 6);
    const moved = await forewarn
      .post(`/v1/actions/${scheduled.actionId}/reschedule`, {
        runAt: inSeconds(6 * HOUR),
        reason: 'festival',
      })
      .set('if-match', `"${String(scheduled.version)}"`)
      .expect(200);
    planned = { ...scheduled, ...(moved.body as Written) };
    await noticesSettled(planned.actionId, 12);
    done = await schedule({
      targets: { ids: ['b-1', 'b-2'] },
      runAt: inSeconds(1),
      notice: { leads: ['PT1H'], channels: ['banner', 'inbox'] },
    });
    await completed(done.actionId);
  });
  afterAll(() => forewarn.close());

  const schedule = async (body: object): Promise<Written> => {
    const answer = await forewarn.post('/v1/actions', { type: 'restart', ...body }).expect(201);
    return answer.body as Written;
  };
  const read = async (path: string): Promise<Json> =>
    (await forewarn.get(path, 'viewer').expect(200)).body as Json;
  const list = async (path: string): Promise<Listed> => (await read(path)) as unknown as Listed;
  const noticesSettled = (actionId: string, count: number): Promise<void> =>
    eventually(async () => {
      const { items } = await list(`/v1/actions/${actionId}/notices?status=sent`);
      expect(items).toHaveLength(count);
    });
  const completed = (actionId: string): Promise<void> =>
    eventually(async () => {
      expect(await read(`/v1/actions/${actionId}`)).toMatchObject({ status: 'completed' });
    });
  const idsOf = ({ items }: Listed, name = 'actionId') => items.map((item) => item[name]);

  it('shows an action with its edit version as the ETag, its stages and the words of the admin', async () => {
    const answer = await forewarn
      .get(`/v1/actions/${planned.actionId}?atLeast=${planned.position}`, 'viewer')
      .expect(200);
    expect(answer.headers['etag']).toBe(`"${String(planned.version)}"`);
    expect(answer.body).toMatchObject({
      actionId: planned.actionId,
      version: planned.version,
      type: 'version_change',
      parameters: { targetVersion: '2.4.0', overridePins: false },
      status: 'scheduled',
      zone: 'Europe/Berlin',
      revision: 1,
      reason: 'security fix',
      rescheduleReason: 'festival',
      cancelReason: null,
      destroyedTargetCount: 1,
      counters: { total: 3, pending: 3 },
      stages: [
        { stage: 0, targetCount: 2, revision: 1, openedAt: null },
        { stage: 1, targetCount: 1, revision: 1, openedAt: null },
      ],
      notice: { leads: ['PT24H'], channels: ['banner', 'inbox'], subject: 'Please save' },
    });
  });

  it.each(['', '/targets', '/lateness', '/timeline', '/events', '/notices'])(
    'answers 404 for /v1/actions/<unknown>%s',
    async (path) => {
      const answer = await forewarn.get(`/v1/actions/nobody-knows${path}`, 'viewer');
      expect(answer.body).toMatchObject({ status: 404, code: 'not_found' });
    },
  );

  it('lists actions by filter, newest or soonest first, page by page', async () => {
    const both = [planned.actionId, done.actionId];
    expect(idsOf(await list('/v1/actions'))).toEqual([...both].reverse());
    expect(idsOf(await list('/v1/actions?sort=soonest'))).toEqual([...both].reverse());
    expect(idsOf(await list('/v1/actions?type=version_change'))).toEqual([planned.actionId]);
    expect(idsOf(await list('/v1/actions?targetId=b-2'))).toEqual([done.actionId]);
    expect(idsOf(await list('/v1/actions?status=completed&status=failed'))).toEqual([
      done.actionId,
    ]);
    const from = encodeURIComponent(inSeconds(HOUR));
    expect(idsOf(await list(`/v1/actions?runAtFrom=${from}`))).toEqual([planned.actionId]);
    expect(idsOf(await list(`/v1/actions?runAtBefore=${from}`))).toEqual([done.actionId]);

    const first = await forewarn.get('/v1/actions?limit=1', 'viewer').expect(200);
    const next = /<([^>]+)>; rel="next"/.exec(String(first.headers['link']))?.[1] ?? '';
    const second = await list(next);
    expect(idsOf(second)).toEqual([planned.actionId]);
    expect(second).toMatchObject({ nextCursor: null, items: [{ counters: { total: 3 } }] });
  });

  it.each([
    ['/v1/actions?status=asleep', 'query:status'],
    ['/v1/actions?sort=random', 'query:sort'],
    ['/v1/actions?runAtFrom=tomorrow', 'query:runAtFrom'],
    ['/v1/actions?limit=101', 'query:limit'],
    ['/v1/actions?colour=red', 'query:colour'],
    ['/v1/actions?cursor=bm9uc2Vuc2U', 'query:cursor'],
    ['/v1/notices?status=lost', 'query:status'],
    ['/v1/notices/not-a-uuid', 'path:dispatchId'],
    ['/v1/recipients/ann/inbox?unread=perhaps', 'query:unread'],
  ])('refuses %s with a pointer to %s', async (path, pointer) => {
    const answer = await forewarn.get(path, 'viewer');
    expect(answer.body).toMatchObject({ status: 422, errors: [{ pointer }] });
  });

  it('refuses a cursor that was forged for the right list, and takes the first of all years', async () => {
    const { nextCursor } = await list('/v1/actions?limit=1');
    const parts = JSON.parse(Buffer.from(nextCursor ?? '', 'base64url').toString()) as unknown[];
    for (const place of ['yesterday', '2030-02-31T00:00:00.000Z', 7, null]) {
      const forged = JSON.stringify([parts[0], place, 'x']);
      const cursor = Buffer.from(forged).toString('base64url');
      const answer = await forewarn.get(`/v1/actions?limit=1&cursor=${cursor}`, 'viewer');
      expect(answer.body).toMatchObject({ status: 422, errors: [{ pointer: 'query:cursor' }] });
    }
    expect((await list('/v1/actions?runAtFrom=0000-01-01T00:00:00Z')).items).toHaveLength(2);
  });

  it('lists the targets of an action by status and stage', async () => {
    const path = `/v1/actions/${planned.actionId}/targets`;
    const all = await list(`${path}?status=pending`);
    expect(all.items).toHaveLength(3);
    expect((await list(`${path}?stage=1`)).items).toHaveLength(1);
    expect((await list(`${path}?status=applied`)).items).toHaveLength(0);
    expect(all.items[0]).toMatchObject({ ownerId: 'ann', sourceVersion: '2.3.0', revision: 1 });
    const ran = await list(`/v1/actions/${done.actionId}/targets?status=applied`);
    expect(idsOf(ran, 'targetId')).toEqual(['b-1', 'b-2']);
  });

  it('C8 says how late the targets of an action were, never less than not at all', async () => {
    const lateness = await read(`/v1/actions/${done.actionId}/lateness`);
    expect(lateness).toMatchObject({ claim: { count: 2 }, work: { count: 2 } });
    const { p50, max } = lateness['claim'] as { p50: number; max: number };
    expect(p50).toBeGreaterThanOrEqual(0);
    expect(max).toBeGreaterThanOrEqual(p50);
    const none = { count: 0, p50: null, p95: null, p99: null, max: null };
    expect(await read(`/v1/actions/${planned.actionId}/lateness`)).toEqual({
      claim: none,
      work: none,
    });
  });

  it('tells the story of an action, with the words of people beside it', async () => {
    const path = `/v1/actions/${planned.actionId}/timeline`;
    const [first] = (await list(path)).items;
    expect(first).toMatchObject({ type: 'ActionScheduled', reason: 'security fix' });
    const moved = await list(`${path}?type=ActionRescheduled`);
    expect(moved.items).toMatchObject([{ reason: 'festival', detail: { revision: 1 } }]);
    const ofTarget = await list(`${path}?targetId=a-1&direction=desc`);
    expect(new Set(idsOf(ofTarget, 'targetId'))).toEqual(new Set(['a-1']));
    const sent = ofTarget.items.find(({ type }) => type === 'NoticeSent');
    const dispatchId = String(sent?.['dispatchId']);
    const ofDispatch = await list(`${path}?dispatchId=${dispatchId.toUpperCase()}`);
    expect(idsOf(ofDispatch, 'type')).toContain('NoticeSent');
  });

  it('O2 reads the recorded events by version, in pages, with the dispatches that they are about', async () => {
    const path = `/v1/actions/${planned.actionId}/events`;
    const first = await list(`${path}?limit=2`);
    expect(first.items).toMatchObject([
      { type: 'TargetsEnrolled', version: 0, schema: 1, dispatchId: null, dispatchIds: [] },
      { type: 'ActionScheduled', version: 1, metadata: { causationId: null } },
    ]);
    const rest = await list(`${path}?limit=100&cursor=${String(first.nextCursor)}`);
    expect(rest.items[0]).toMatchObject({ version: 2 });
    const due = rest.items.find(({ type }) => type === 'NoticeDue');
    expect(due).toMatchObject({
      dispatchId: null,
      dispatchIds: [expect.anything(), expect.anything()],
    });
    const sent = rest.items.filter(({ type }) => type === 'NoticeSent');
    const notices = await list(`/v1/actions/${planned.actionId}/notices`);
    expect(new Set(sent.map(({ dispatchId }) => dispatchId))).toEqual(
      new Set(idsOf(notices, 'dispatchId')),
    );
    const other = await forewarn.get(
      `/v1/actions/${done.actionId}/events?cursor=${String(first.nextCursor)}`,
      'viewer',
    );
    expect(other.body).toMatchObject({ status: 422, errors: [{ pointer: 'query:cursor' }] });
  });

  it('N14 shows a target with its live action and its banners, until they are dismissed', async () => {
    const status = await read('/v1/targets/a-1/status');
    expect(status).toMatchObject({
      target: { targetId: 'a-1', name: 'Name of a-1' },
      live: {
        action: { actionId: planned.actionId, status: 'scheduled' },
        target: { targetId: 'a-1', status: 'pending', revision: 1 },
      },
      banners: [{ actionId: planned.actionId, state: 'upcoming', kind: 'rescheduled' }],
    });
    const over = await read('/v1/targets/b-1/status');
    expect(over).toMatchObject({ live: null, banners: [{ state: 'done' }] });
    expect((await forewarn.get('/v1/targets/nobody/status', 'runner')).status).toBe(404);

    const path = `/v1/targets/b-1/banners/${done.actionId}/dismiss`;
    expect((await forewarn.post(path, {}, 'viewer')).status).toBe(403);
    expect((await forewarn.post(path).expect(200)).body).toEqual({ dismissed: true });
    expect((await forewarn.post(path).expect(200)).body).toEqual({ dismissed: false });
    expect(await read('/v1/targets/b-1/status')).toMatchObject({ banners: [] });
  });

  it('N13 N14 renders the inbox when it is read, in the zone of its owner, without the name of a person', async () => {
    const { items } = await list('/v1/recipients/ann/inbox?limit=100');
    expect(items).toHaveLength(8);
    const notice = items.find(
      ({ kind, actionId }) => kind === 'notice' && actionId === planned.actionId,
    );
    expect(notice).toMatchObject({ subject: 'Please save', readAt: null });
    expect(notice?.['text']).toMatch(/Name of a-\d: .*GMT\+9.*from 2\.3\.0 to 2\.4\.0/);
    const moved = items.find(({ kind }) => kind === 'rescheduled');
    expect(moved?.['text']).toMatch(/now .*before: [^]*Reason: festival/);
    expect(JSON.stringify(items)).not.toContain('Hello');
  });

  it('N14 counts what was not read, and forgets what was dismissed', async () => {
    const inbox = '/v1/recipients/ann/inbox';
    const [first, second] = idsOf(await list(inbox), 'dispatchId').map(String);
    expect((await forewarn.post(`${inbox}/${String(first)}/read`)).body).toEqual({ changed: 1 });
    expect((await forewarn.post(`${inbox}/${String(first)}/read`)).body).toEqual({ changed: 0 });
    expect(await read(`${inbox}?unread=true`)).toMatchObject({ unreadCount: 7 });
    expect((await list(`${inbox}?unread=true`)).items).toHaveLength(7);
    expect((await forewarn.post(`${inbox}/${String(second)}/dismiss`)).body).toEqual({
      changed: 1,
    });
    expect(idsOf(await list(inbox), 'dispatchId')).not.toContain(second);
    expect((await forewarn.post(`${inbox}/read-all`)).status).toBe(200);
    expect(await read(inbox)).toMatchObject({ unreadCount: 0 });

    expect((await forewarn.post(`${inbox}/read-all`, {}, 'viewer')).status).toBe(403);
    const foreign = `/v1/recipients/bob/inbox/${String(first)}/read`;
    expect((await forewarn.post(foreign)).status).toBe(404);
    expect((await forewarn.get('/v1/recipients/nobody/inbox', 'viewer')).status).toBe(404);
    expect(await read('/v1/recipients/bob/inbox')).toMatchObject({ items: [], unreadCount: 0 });
  });
});
