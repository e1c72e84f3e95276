import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { EventStore } from '../../src/application/ports/event-store.port.js';
import { eventually } from '../support/eventually.js';
import { inSeconds, startService } from './support/service.js';
import type { TestService } from './support/service.js';

interface Written {
  readonly actionId: string;
  readonly status: string;
  readonly version: number;
  readonly position: string;
  readonly counters: Readonly<Record<string, number>>;
}

const FLEET = [
  { kind: 'version', version: '2.3.0' },
  { kind: 'version', version: '2.4.0' },
  { kind: 'version', version: '1.0.0', disabled: true },
  { kind: 'recipient', recipientId: 'ann', zone: 'Europe/Berlin', locale: 'de', emails: [] },
  ...Array.from({ length: 40 }, (_, index) => ({
    kind: 'target',
    targetId: `t-${String(index)}`,
    type: 'vm',
    ownerId: 'ann',
    version: '2.3.0',
    labels: { group: String(index % 4) },
  })),
  { kind: 'target', targetId: 'gone', ownerId: 'ann', lifecycle: 'destroyed' },
  { kind: 'target', targetId: 'pinned', ownerId: 'ann', version: '2.3.0', pin: '2.3.0' },
  { kind: 'target', targetId: 'current', ownerId: 'ann', version: '2.4.0' },
  { kind: 'target', targetId: 'orphan', version: '2.3.0' },
];

const ids = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_, index) => `t-${String(from + index)}`);

describe('the main job over HTTP', () => {
  let forewarn: TestService;

  beforeAll(async () => {
    forewarn = await startService();
    await forewarn.import(FLEET);
  });

  afterAll(() => forewarn.close());

  const schedule = async (body: object): Promise<Written> => {
    const answer = await forewarn.post('/v1/actions', { type: 'restart', ...body }).expect(201);
    return answer.body as Written;
  };

  const eventTypes = async (actionId: string): Promise<readonly string[]> => {
    const slice = await forewarn.service.app.get(EventStore).readStream(`action-${actionId}`);
    return slice.events.map(({ type }) => type);
  };

  const ended = (actionId: string): Promise<readonly string[]> =>
    eventually(async () => {
      const types = await eventTypes(actionId);
      expect(types).toContain('ActionEnded');
      return types;
    });

  it('S1 schedules, merges repeated ids, opens at its time and applies each target once', async () => {
    const targets = { ids: [...ids(0, 3), 't-0'] };
    const written = await schedule({ targets, runAt: inSeconds(1) });
    expect(written.counters).toMatchObject({ total: 3, pending: 3 });

    const types = await ended(written.actionId);

    expect(types.filter((type) => type === 'OutcomeRecorded')).toHaveLength(3);
    expect(types.filter((type) => type === 'TargetClaimed')).toHaveLength(3);
  });

  it('S1 refuses a past time with a pointer and writes nothing', async () => {
    const head = await forewarn.service.app.get(EventStore).head();
    const body = { type: 'restart', targets: { ids: ['t-0'] }, runAt: inSeconds(-5) };
    const answer = await forewarn.post('/v1/actions', body).expect(422);
    expect(answer.body).toMatchObject({ code: 'validation', errors: [{ pointer: '/runAt' }] });
    expect(await forewarn.service.app.get(EventStore).head()).toBe(head);
  });

  it('S1 refuses a local time that the clocks of its zone skip', async () => {
    const body = {
      type: 'restart',
      targets: { ids: ['t-0'] },
      runAt: '2031-03-30T02:30:00',
      zone: 'Europe/Berlin',
    };
    const answer = await forewarn.post('/v1/actions', body).expect(422);
    expect(answer.body).toMatchObject({ errors: [{ pointer: '/runAt', code: 'skipped_time' }] });
  });

  it.each([
    ['unknown', '9.9.9'],
    ['disabled', '1.0.0'],
  ])('S2 refuses a version that is %s before anything is written', async (_, targetVersion) => {
    const answer = await forewarn
      .post('/v1/actions', {
        type: 'version_change',
        parameters: { targetVersion },
        targets: { ids: ['t-0'] },
        runAt: inSeconds(60),
      })
      .expect(422);
    expect(answer.body).toMatchObject({ errors: [{ pointer: '/parameters/targetVersion' }] });
  });

  it('S2 refuses a type that nobody knows', async () => {
    const body = { type: 'explode', targets: { ids: ['t-0'] }, runAt: inSeconds(60) };
    await forewarn.post('/v1/actions', body).expect(422);
  });

  it('S3 lists unknown targets, and leaves destroyed ones out', async () => {
    const unknown = { type: 'restart', targets: { ids: ['t-0', 'nope'] }, runAt: inSeconds(60) };
    const answer = await forewarn.post('/v1/actions', unknown).expect(404);
    expect(answer.body).toMatchObject({ code: 'not_found', targetIds: ['nope'] });

    const onlyGone = { type: 'restart', targets: { ids: ['gone'] }, runAt: inSeconds(60) };
    const refused = await forewarn.post('/v1/actions', onlyGone).expect(422);
    expect(refused.body).toMatchObject({ code: 'no_eligible_target' });

    const written = await schedule({ targets: { ids: ['t-4', 'gone'] }, runAt: inSeconds(600) });
    expect(written).toMatchObject({ counters: { total: 1 }, destroyedTargetIds: ['gone'] });
    await forewarn.post(`/v1/actions/${written.actionId}/cancel`).expect(200);
  });

  it('S4 lets one of twenty racing schedulers win each target, and names the holder to the others', async () => {
    const body = { type: 'restart', targets: { ids: ids(5, 9) }, runAt: inSeconds(600) };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => forewarn.post('/v1/actions', body)),
    );
    const won = answers.filter(({ status }) => status === 201);
    const lost = answers.filter(({ status }) => status === 409);
    expect(won).toHaveLength(1);
    expect(lost).toHaveLength(19);
    const { actionId } = won[0]?.body as Written;
    for (const { body: problem } of lost) {
      const targets = ids(5, 9).map((targetId) => ({ targetId, actionId }));
      expect(problem).toMatchObject({ code: 'target_busy', targets });
    }
    await forewarn.post(`/v1/actions/${actionId}/cancel`).expect(200);
  });

  it('S6 shows by preview what scheduling does, and refuses when the fleet has moved', async () => {
    const body = {
      type: 'version_change',
      parameters: { targetVersion: '2.4.0' },
      targets: { ids: ['t-10', 'pinned', 'current', 'orphan', 'gone'] },
      runAt: inSeconds(600),
    };
    const { body: plan } = await forewarn.post('/v1/actions/preview', body).expect(200);
    expect(plan).toMatchObject({
      eligible: { count: 4 },
      pinned: { targetIds: ['pinned'] },
      alreadyOnVersion: { targetIds: ['current'] },
      destroyed: { targetIds: ['gone'] },
      ownerUnknown: { targetIds: ['orphan'] },
    });
    const { planHash } = plan as { planHash: string };
    await forewarn.put('/v1/targets/t-10', { pin: '2.3.0' }).expect(200);
    const moved = await forewarn.post('/v1/actions', { ...body, planHash }).expect(409);
    expect(moved.body).toMatchObject({ code: 'plan_changed' });
    await forewarn.put('/v1/targets/t-10', { pin: null }).expect(200);
    const { body: written } = await forewarn.post('/v1/actions', { ...body, planHash }).expect(201);
    await forewarn.post(`/v1/actions/${(written as Written).actionId}/cancel`).expect(200);
  });

  it('S7 splits a query into tranches of at least one target, the last with the rest', async () => {
    const { body } = await forewarn
      .post('/v1/actions/preview', {
        type: 'restart',
        targets: { query: { labels: { group: '1' } } },
        runAt: inSeconds(600),
        stages: [
          { percent: 1, after: 'PT0S' },
          { percent: 33, after: 'PT10M' },
          { percent: 66, after: 'PT1H' },
        ],
      })
      .expect(200);
    const sizes = (body as { stages: { targetCount: number }[] }).stages;
    expect(sizes.map(({ targetCount }) => targetCount)).toEqual([1, 4, 5]);
  });

  it('S8 cancels at once, twice with the same answer, and frees the targets', async () => {
    const { actionId } = await schedule({ targets: { ids: ids(12, 16) }, runAt: inSeconds(600) });
    const first = await forewarn.post(`/v1/actions/${actionId}/cancel`, { reason: 'no' });
    expect(first.body).toMatchObject({
      status: 'cancelled',
      counters: { cancelled: 4, pending: 0 },
      notices: { inFlight: 0 },
    });
    const again = await forewarn.post(`/v1/actions/${actionId}/cancel`).expect(200);
    expect(again.body).toMatchObject({ status: 'cancelled', counters: { cancelled: 4 } });
    await forewarn.post('/v1/actions/00000000/cancel').expect(404);
    const next = await schedule({ targets: { ids: ids(12, 16) }, runAt: inSeconds(600) });
    await forewarn.post(`/v1/actions/${next.actionId}/cancel`).expect(200);
  });

  it('S9 ends cancelled when its targets are cancelled one by one, and is too late for ended ones', async () => {
    const { actionId } = await schedule({
      targets: { ids: ['t-17', 't-18'] },
      runAt: inSeconds(600),
    });
    await forewarn.post(`/v1/actions/${actionId}/targets/t-17/cancel`).expect(200);
    await forewarn.post(`/v1/actions/${actionId}/targets/t-17/cancel`).expect(200);
    const last = await forewarn.post(`/v1/actions/${actionId}/targets/t-18/cancel`).expect(200);
    expect(last.body).toMatchObject({ status: 'cancelled', targetStatus: 'cancelled' });

    const done = await schedule({ targets: { ids: ['t-19'] }, runAt: inSeconds(0.5) });
    await ended(done.actionId);
    const late = await forewarn
      .post(`/v1/actions/${done.actionId}/targets/t-19/cancel`)
      .expect(409);
    expect(late.body).toMatchObject({ code: 'too_late', outcome: 'applied' });
  });

  it('S12 reschedules, pauses, resumes and runs now, each against its edit version', async () => {
    const { actionId } = await schedule({ targets: { ids: ['t-20'] }, runAt: inSeconds(600) });
    const path = `/v1/actions/${actionId}`;
    await forewarn.post(`${path}/reschedule`, { runAt: inSeconds(900) }).expect(428);
    await forewarn
      .post(`${path}/reschedule`, { runAt: inSeconds(900) })
      .set('if-match', '"7"')
      .expect(412);
    const moved = await forewarn
      .post(`${path}/reschedule`, { runAt: inSeconds(900) })
      .set('if-match', '"1"')
      .expect(200);
    expect(moved.headers['etag']).toBe('"2"');
    await forewarn.post(`${path}/pause`).expect(200);
    await forewarn.post(`${path}/run-now`).set('if-match', '*').expect(409);
    await forewarn.post(`${path}/resume`).set('if-match', '"3"').expect(200);
    await forewarn.post(`${path}/run-now`).set('if-match', '"4"').expect(200);
    expect(await ended(actionId)).toContain('OutcomeRecorded');
  });

  it('answers a repeated Idempotency-Key with the first answer, and refuses another body', async () => {
    const body = { type: 'restart', targets: { ids: ['t-21'] }, runAt: inSeconds(600) };
    const send = (sent: object) =>
      forewarn.post('/v1/actions', sent).set('idempotency-key', 'once-only');
    const first = await send(body).expect(201);
    const again = await send(body).expect(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotency-replayed']).toBe('true');
    const other = await send({ ...body, reason: 'another' }).expect(422);
    expect(other.body).toMatchObject({ code: 'idempotency_key_reused' });
    const { actionId } = first.body as Written;
    await forewarn.post(`/v1/actions/${actionId}/cancel`).expect(200);
  });

  it('C5 skips pinned and current targets with their reasons, and applies the others', async () => {
    const body = {
      type: 'version_change',
      parameters: { targetVersion: '2.4.0' },
      targets: { ids: ['t-22', 'pinned', 'current'] },
      runAt: inSeconds(0.5),
    };
    const { actionId } = await schedule(body);
    await ended(actionId);
    const { events } = await forewarn.service.app.get(EventStore).readStream(`action-${actionId}`);
    const outcomes = events
      .filter(({ type }) => type === 'OutcomeRecorded')
      .map(({ data }) => data as { targetId: string; outcome: string; reason: string | null })
      .map(({ targetId, outcome, reason }) => `${targetId} ${outcome} ${reason ?? '-'}`);
    expect(outcomes.sort()).toEqual([
      'current skipped already_on_version',
      'pinned skipped pinned',
      't-22 applied -',
    ]);
  });

  it('C8 is never early', async () => {
    const runAt = inSeconds(0.7);
    const { actionId } = await schedule({ targets: { ids: ids(24, 30) }, runAt });
    await ended(actionId);
    const { events } = await forewarn.service.app.get(EventStore).readStream(`action-${actionId}`);
    const claims = events.filter(({ type }) => type === 'TargetClaimed');
    expect(claims).toHaveLength(6);
    for (const { recordedAt } of claims) {
      expect(Date.parse(recordedAt)).toBeGreaterThanOrEqual(Date.parse(runAt));
    }
  });

  it('N2 tells nobody when notify is false, and refuses a lead beyond the policy', async () => {
    const silent = { targets: { ids: ['t-31'] }, runAt: inSeconds(0.5), notify: false };
    const { actionId } = await schedule(silent);
    const types = await ended(actionId);
    expect(types.filter((type) => type.startsWith('Notice'))).toEqual([]);
    const body = { targets: { ids: ['t-31'] }, runAt: inSeconds(600), notice: { leads: ['P8D'] } };
    const answer = await forewarn.post('/v1/actions', { type: 'restart', ...body }).expect(422);
    expect(answer.body).toMatchObject({ errors: [{ pointer: '/notice/leads/0' }] });
  });

  it('N4 tells those who were told that it is off, once', async () => {
    const { actionId } = await schedule({ targets: { ids: ['t-33'] }, runAt: inSeconds(600) });
    await eventually(async () => {
      expect(await eventTypes(actionId)).toContain('NoticeSent');
    });
    await forewarn.post(`/v1/actions/${actionId}/cancel`).expect(200);
    await forewarn.post(`/v1/actions/${actionId}/cancel`).expect(200);
    await eventually(async () => {
      const types = await eventTypes(actionId);
      expect(types.filter((type) => type === 'CancellationQueued')).toHaveLength(2);
    });
  });

  it.each(['viewer', 'runner'] as const)('refuses orders of a %s', async (role) => {
    const body = { type: 'restart', targets: { ids: ['t-0'] }, runAt: inSeconds(60) };
    await forewarn.post('/v1/actions', body, role).expect(403);
  });
});
