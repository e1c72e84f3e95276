import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { EventStore } from '../../src/application/ports/event-store.port.js';
import type { RecordedEvent } from '../../src/application/ports/event-store.port.js';
import { eventually } from '../support/eventually.js';
import { openMailbox } from './support/mailbox.js';
import type { Mailbox } from './support/mailbox.js';
import { inSeconds, startService } from './support/service.js';
import type { TestService } from './support/service.js';

const TARGETS = 120;

describe('several services on one database', () => {
  let first: TestService;
  let second: TestService;
  let mailbox: Mailbox;

  beforeAll(async () => {
    mailbox = await openMailbox();
    first = await startService({ SMTP_URL: mailbox.url });
    second = await startService({ SMTP_URL: mailbox.url, DATABASE_URL: first.databaseUrl });
    await first.import(
      Array.from({ length: TARGETS }, (_, index) => [
        { kind: 'target', targetId: `t-${String(index)}`, ownerId: `o-${String(index)}` },
        {
          kind: 'recipient',
          recipientId: `o-${String(index)}`,
          zone: 'UTC',
          locale: 'en',
          emails: [`o-${String(index)}@example.test`],
        },
      ]).flat(),
    );
  });

  afterAll(async () => {
    await second.close();
    await first.close();
    await mailbox.close();
  });

  const eventsOf = async (actionId: string): Promise<readonly RecordedEvent[]> => {
    const { events } = await first.service.app.get(EventStore).readStream(`action-${actionId}`);
    return events;
  };

  it('C1 share every duty: each target is applied once and each recipient hears once', async () => {
    const ids = Array.from({ length: TARGETS }, (_, index) => `t-${String(index)}`);
    const body = {
      type: 'restart',
      targets: { ids },
      runAt: inSeconds(3),
      notice: { leads: ['PT1H'], channels: ['email'] },
    };
    const { actionId } = (await second.post('/v1/actions', body).expect(201)).body as {
      actionId: string;
    };

    const events = await eventually(async () => {
      const all = await eventsOf(actionId);
      expect(all.at(-1)?.type).toBe('ActionEnded');
      return all;
    });

    const targetsOf = (type: string): readonly string[] =>
      events
        .filter((event) => event.type === type)
        .map(({ data }) => (data as { targetId: string }).targetId)
        .sort();
    expect(targetsOf('TargetClaimed')).toEqual([...ids].sort());
    expect(targetsOf('OutcomeRecorded')).toEqual([...ids].sort());
    const told = mailbox.mails.flatMap(({ to }) => (to ?? []).map(({ address }) => address));
    expect(new Set(told).size).toBe(told.length);
    expect(targetsOf('NoticeSent')).toHaveLength(told.length);
  });

  it('read their own writes wherever they ask', async () => {
    const body = { type: 'restart', targets: { ids: ['t-0'] }, runAt: inSeconds(600) };
    const written = (await first.post('/v1/actions', body).expect(201)).body as {
      actionId: string;
      position: string;
    };
    const path = `/v1/actions/${written.actionId}`;
    const read = await second.get(`${path}?atLeast=${written.position}`).expect(200);
    expect(read.body).toMatchObject({ actionId: written.actionId, status: 'scheduled' });
  });
});
