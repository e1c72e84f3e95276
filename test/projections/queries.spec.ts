import { describe, expect, it } from '@jest/globals';

import { dispatchIdOf } from '../../src/application/shared/dispatch-id.js';
import type { ActionEvent } from '../../src/domain/action/action.events.js';
import { MemoryRowFlags } from '../../src/infrastructure/read-models/memory/memory.row-flags.js';
import { MemoryRowReader } from '../../src/infrastructure/read-models/memory/memory.row-reader.js';
import { ActionCountersQueries } from '../../src/projections/action-counters/action-counters.queries.js';
import { ActionStageQueries } from '../../src/projections/action-stage/action-stage.queries.js';
import { ActionSummaryQueries } from '../../src/projections/action-summary/action-summary.queries.js';
import { ActionTimelineQueries } from '../../src/projections/action-timeline/action-timeline.queries.js';
import { BannerFlagging } from '../../src/projections/banner/banner-flagging.js';
import { BannerQueries } from '../../src/projections/banner/banner.queries.js';
import { InboxFlagging } from '../../src/projections/inbox/inbox-flagging.js';
import { InboxQueries } from '../../src/projections/inbox/inbox.queries.js';
import { NotificationQueries } from '../../src/projections/notification/notification.queries.js';
import { TargetStatusQueries } from '../../src/projections/target-status/target-status.queries.js';
import { ProjectedLog } from '../support/memory-projections.js';
import { recordedStream } from '../support/recorded-events.js';
import {
  AT,
  RUN_AT,
  cancellationQueued,
  cancelled,
  claimed,
  enrolled,
  keyOf,
  noticeDue,
  noticeSent,
  outcome,
  scheduled,
} from './action-life.js';

function afterwards(...events: readonly ActionEvent[]) {
  return afterLog(recordedStream('action-a1', events));
}

function afterLog(events: ReturnType<typeof recordedStream>) {
  const log = new ProjectedLog(events);
  const rows = new MemoryRowReader(log.models);
  const flags = new MemoryRowFlags(log.models, log.clock);
  return {
    actions: new ActionSummaryQueries(rows),
    stages: new ActionStageQueries(rows),
    counters: new ActionCountersQueries(rows),
    targets: new TargetStatusQueries(rows),
    notifications: new NotificationQueries(rows),
    timeline: new ActionTimelineQueries(rows),
    inbox: new InboxQueries(rows),
    inboxFlags: new InboxFlagging(flags),
    banners: new BannerQueries(rows),
    bannerFlags: new BannerFlagging(flags),
  };
}

const ALL = { limit: 100 };
const banners = (of: ReturnType<typeof afterwards>) => of.banners.list({ targetId: 't1', ...ALL });
const inbox = (of: ReturnType<typeof afterwards>) =>
  of.inbox.list({ recipientId: 'ann', orderBy: 'newest', ...ALL });

describe('queries of actions', () => {
  it('know nothing of an action before it is live', async () => {
    const { actions, targets, counters, timeline } = afterwards(enrolled);
    await expect(actions.find('a1')).resolves.toBeNull();
    await expect(counters.find('a1')).resolves.toBeNull();
    await expect(targets.list({ actionId: 'a1', ...ALL })).resolves.toMatchObject({ rows: [] });
    const listed = timeline.list({ actionId: 'a1', direction: 'asc', ...ALL });
    await expect(listed).resolves.toMatchObject({ rows: [] });
  });

  it('find actions by status, type, target and time', async () => {
    const { actions } = afterLog([
      ...recordedStream('action-a1', [enrolled, scheduled('a1'), cancelled], 1n),
      ...recordedStream('action-a2', [enrolled, scheduled('a2')], 10n),
    ]);
    const list = { orderBy: 'createdAt', direction: 'desc', ...ALL } as const;
    const ids = async (filter: object) =>
      (await actions.list({ ...list, ...filter })).rows.map(({ actionId }) => actionId);
    await expect(ids({})).resolves.toEqual(['a2', 'a1']);
    await expect(ids({ status: ['cancelling'] })).resolves.toEqual(['a1']);
    await expect(ids({ type: 'version_change' })).resolves.toEqual([]);
    await expect(ids({ targetId: 't2' })).resolves.toEqual(['a2', 'a1']);
    await expect(ids({ targetId: 't3' })).resolves.toEqual([]);
    await expect(ids({ runAtFrom: RUN_AT[0], runAtBefore: RUN_AT[1] })).resolves.toHaveLength(2);
    await expect(ids({ runAtBefore: RUN_AT[0] })).resolves.toEqual([]);
  });

  it('show the times of a reschedule for the stages that it names (S12)', async () => {
    const runAt = '2030-02-01T10:00:00.000Z';
    const stages = [{ stage: 1, runAt }];
    const {
      actions,
      stages: stageRows,
      targets,
    } = afterwards(enrolled, scheduled(), {
      type: 'ActionRescheduled',
      data: { cause: 'reschedule', stages, revision: 1, reason: null, at: AT },
    });
    await expect(actions.find('a1')).resolves.toMatchObject({ runAt: RUN_AT[0], revision: 1 });
    await expect(stageRows.list('a1', ALL)).resolves.toMatchObject({
      rows: [
        { stage: 0, runAt: RUN_AT[0], revision: 0 },
        { stage: 1, runAt, revision: 1 },
      ],
    });
    await expect(targets.find('a1', 't1')).resolves.toMatchObject({ scheduledAt: RUN_AT[0] });
    await expect(targets.find('a1', 't2')).resolves.toMatchObject({
      scheduledAt: runAt,
      revision: 1,
    });
  });

  it('cancel the pending targets with their action (S8)', async () => {
    const { targets, counters } = afterwards(enrolled, scheduled(), cancelled);
    const { rows } = await targets.list({ actionId: 'a1', status: ['cancelled'], ...ALL });
    expect(rows.map(({ targetId }) => targetId)).toEqual(['t1', 't2']);
    const found = await counters.findMany(['a1', 'a9']);
    expect([...found.keys()]).toEqual(['a1']);
    expect(found.get('a1')).toMatchObject({ total: 2, pending: 0, cancelled: 2 });
  });

  it('measure how late targets were claimed, and how long they took (C8)', async () => {
    const { targets } = afterwards(enrolled, scheduled(), claimed(), outcome('applied'));
    const { claim, work } = await targets.lateness('a1');
    expect(claim).toMatchObject({ count: 1, p50: 2_000, max: 2_000 });
    expect(work).toMatchObject({ count: 1, p50: 28_000 });
  });

  it('tell the timeline of an action, of a target and of a dispatch, page by page (N20)', async () => {
    const { timeline } = afterwards(
      enrolled,
      scheduled(),
      noticeDue(['inbox', 'email']),
      noticeSent('email'),
      cancelled,
    );
    const first = await timeline.list({ actionId: 'a1', direction: 'asc', limit: 2 });
    expect(first.rows).toMatchObject([
      {
        position: '2',
        type: 'ActionScheduled',
        actor: 'user:ann',
        detail: { zone: 'Europe/Berlin' },
      },
      { position: '3', type: 'NoticeDue', targetId: 't1', channel: null },
    ]);
    const second = await timeline.list({
      actionId: 'a1',
      direction: 'asc',
      limit: 2,
      after: first.next,
    });
    expect(second.rows.map(({ type }) => type)).toEqual(['NoticeSent', 'ActionCancelled']);
    expect(second.next).toBeNull();
    const dispatchId = dispatchIdOf('a1', keyOf('email'));
    const ofDispatch = { actionId: 'a1', dispatchId, direction: 'desc', ...ALL } as const;
    await expect(timeline.list(ofDispatch)).resolves.toMatchObject({
      rows: [{ type: 'NoticeSent', recipientId: 'ann', channel: 'email', kind: 'notice' }],
    });
  });
});

describe('queries of notices', () => {
  it('have a row for each dispatch from the moment it is due (N1)', async () => {
    const { notifications } = afterwards(
      enrolled,
      scheduled(),
      noticeDue(['inbox', 'email']),
      noticeSent('email'),
      cancelled,
      cancellationQueued('email'),
    );
    const list = (filter: object) => notifications.list({ actionId: 'a1', ...filter, ...ALL });
    await expect(list({})).resolves.toMatchObject({ rows: { length: 3 } });
    await expect(list({ channel: 'inbox' })).resolves.toMatchObject({
      rows: [{ status: 'pending', startsAt: RUN_AT[0], attempts: 0 }],
    });
    await expect(list({ kind: 'cancelled' })).resolves.toMatchObject({
      rows: [{ status: 'pending', subjectReason: 'action_cancelled', notAfter: null }],
    });
    await expect(list({ recipientId: 'ann', status: ['sent'] })).resolves.toMatchObject({
      rows: [{ channel: 'email', attempts: 1, endedAt: AT }],
    });
    const dispatchId = dispatchIdOf('a1', keyOf('email'));
    await expect(notifications.find(dispatchId)).resolves.toMatchObject({ status: 'sent' });
    await expect(notifications.find('no uuid')).resolves.toBeNull();
    await expect(notifications.count({ status: ['pending'] })).resolves.toBe(2);
  });

  it('put into the inbox what was sent there, and nothing before (N14)', async () => {
    const due = [enrolled, scheduled(), noticeDue(['inbox', 'email'])];
    await expect(inbox(afterwards(...due, noticeSent('email')))).resolves.toMatchObject({
      rows: [],
    });
    await expect(inbox(afterwards(...due, noticeSent('inbox')))).resolves.toMatchObject({
      rows: [{ kind: 'notice', startsAt: RUN_AT[0], sentAt: AT, isRead: false }],
    });
  });

  it('list unread messages first, and not those that were dismissed (N14)', async () => {
    const later = '2030-01-01T11:00:00.000Z';
    const known = afterwards(
      enrolled,
      scheduled(),
      noticeDue(['inbox']),
      noticeSent('inbox'),
      cancelled,
      cancellationQueued('inbox'),
      noticeSent('inbox', later, 'cancelled'),
    );
    const notice = dispatchIdOf('a1', keyOf('inbox'));
    const correction = dispatchIdOf('a1', keyOf('inbox', 'cancelled'));
    await expect(known.inboxFlags.markRead('bob', [correction])).resolves.toBe(0);
    await expect(known.inboxFlags.markRead('ann', [correction])).resolves.toBe(1);
    await expect(known.inbox.unreadCount('ann')).resolves.toBe(1);
    const list = { recipientId: 'ann', orderBy: 'unread_first', limit: 1 } as const;
    const first = await known.inbox.list(list);
    const second = await known.inbox.list({ ...list, after: first.next });
    const ids = [...first.rows, ...second.rows].map(({ dispatchId }) => dispatchId);
    expect(ids).toEqual([notice, correction]);
    await known.inboxFlags.dismiss('ann', [notice]);
    await expect(inbox(known)).resolves.toMatchObject({ rows: [{ dispatchId: correction }] });
  });
});

describe('banners', () => {
  const noticed = [enrolled, scheduled(), noticeDue(['banner']), noticeSent('banner')];

  it('are hidden until a notice went out on their channel (N14)', async () => {
    await expect(banners(afterwards(enrolled, scheduled(), claimed()))).resolves.toMatchObject({
      rows: [],
    });
    const due = afterwards(enrolled, scheduled(), noticeDue(['banner', 'email']));
    await expect(banners(due)).resolves.toMatchObject({ rows: [] });
    await expect(banners(afterwards(...noticed))).resolves.toMatchObject({
      rows: [{ state: 'upcoming', startsAt: RUN_AT[0], kind: 'notice', shownAt: AT }],
    });
  });

  it('stay when another lead opens (N14)', async () => {
    const again = afterwards(...noticed, noticeDue(['banner']));
    await expect(banners(again)).resolves.toMatchObject({ rows: [{ shownAt: AT }] });
  });

  it.each<[string, readonly ActionEvent[]]>([
    ['in_progress', [claimed()]],
    ['done', [claimed(), outcome('applied')]],
    ['done', [claimed(), outcome('failed')]],
    ['cancelled', [claimed(), outcome('skipped')]],
    ['cancelled', [cancelled]],
  ])('turn %s by the facts (N14)', async (state, events) => {
    await expect(banners(afterwards(...noticed, ...events))).resolves.toMatchObject({
      rows: [{ state }],
    });
  });

  it('come the soonest first, without those that were dismissed (N14)', async () => {
    const other = { stages: [{ stage: 0, runAt: AT }], revision: 1, reason: null, at: AT };
    const known = afterLog([
      ...recordedStream('action-a1', noticed, 1n),
      ...recordedStream(
        'action-a2',
        [...noticed, { type: 'ActionRescheduled', data: { cause: 'reschedule', ...other } }],
        20n,
      ),
    ]);
    const { rows } = await banners(known);
    expect(rows.map(({ actionId }) => actionId)).toEqual(['a2', 'a1']);
    await expect(known.bannerFlags.dismiss('t1', 'a2')).resolves.toBe(true);
    await expect(known.bannerFlags.dismiss('t1', 'a2')).resolves.toBe(false);
    await expect(banners(known)).resolves.toMatchObject({ rows: [{ actionId: 'a1' }] });
    const ended = known.banners.list({ targetId: 't1', states: ['done'], ...ALL });
    await expect(ended).resolves.toMatchObject({ rows: [] });
  });
});
