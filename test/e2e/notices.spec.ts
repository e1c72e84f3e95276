import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Email } from 'postal-mime';

import { EventStore } from '../../src/application/ports/event-store.port.js';
import { eventually } from '../support/eventually.js';
import { openMailbox } from './support/mailbox.js';
import type { Mailbox } from './support/mailbox.js';
import { inSeconds, startService } from './support/service.js';
import type { TestService } from './support/service.js';

const person = (name: string) => ({
  kind: 'recipient',
  recipientId: name,
  displayName: name,
  zone: 'Asia/Tokyo',
  locale: 'en',
  emails: [`${name}@example.test`],
});

const owned = (ownerId: string, count: number): readonly object[] =>
  Array.from({ length: count }, (_, index) => ({
    kind: 'target',
    targetId: `${ownerId}-${String(index)}`,
    ownerId,
  }));

describe('notices by mail', () => {
  let forewarn: TestService;
  let mailbox: Mailbox;

  beforeAll(async () => {
    mailbox = await openMailbox();
    forewarn = await startService({
      SMTP_URL: mailbox.url,
      FOREWARN_MAIL_FROM: 'ops@example.test',
    });
    const names = ['one', 'many', 'held', 'moved', 'early', 'erased', 'done', 'bare'];
    const silent = { kind: 'recipient', recipientId: 'silent', zone: 'UTC', locale: 'en' };
    await forewarn.import([
      ...names.map(person),
      silent,
      ...names.flatMap((name) => owned(name, name === 'many' ? 5 : 1)),
      ...owned('silent', 1),
    ]);
  });

  afterAll(async () => {
    await forewarn.close();
    await mailbox.close();
  });

  const schedule = async (ids: readonly string[], more: object = {}): Promise<string> => {
    const body = {
      type: 'restart',
      targets: { ids },
      runAt: inSeconds(3_600),
      notice: { leads: ['PT24H'], channels: ['email'] },
      ...more,
    };
    const answer = await forewarn.post('/v1/actions', body).expect(201);
    return (answer.body as { actionId: string }).actionId;
  };

  const mailsTo = (name: string): readonly Email[] =>
    mailbox.mails.filter(({ to }) => to?.some(({ address }) => address === `${name}@example.test`));

  const mailsArrive = (name: string, count: number): Promise<readonly Email[]> =>
    eventually(() => {
      const mails = mailsTo(name);
      expect(mails).toHaveLength(count);
      return mails;
    });

  const facts = async (actionId: string, type: string): Promise<readonly object[]> => {
    const slice = await forewarn.service.app.get(EventStore).readStream(`action-${actionId}`);
    return slice.events.filter((event) => event.type === type).map(({ data }) => data as object);
  };

  it('N18 puts all targets of one owner into one envelope, each with a dispatch of its own', async () => {
    const ids = owned('many', 5).map((target) => (target as { targetId: string }).targetId);
    const actionId = await schedule(ids);
    const [mail] = await mailsArrive('many', 1);
    for (const id of ids) expect(mail?.text).toContain(id);
    await eventually(async () => {
      expect(await facts(actionId, 'NoticeSent')).toHaveLength(5);
    });
    await forewarn.post(`/v1/actions/${actionId}/cancel`).expect(200);
    const [, off] = await mailsArrive('many', 2);
    expect(off?.inReplyTo).toBe(mail?.messageId);
  });

  it('N13 shows the time in the zone of the recipient, and the words of the admin escaped', async () => {
    const body = 'Save your work.\n<script>alert(1)</script>';
    const notice = { leads: ['PT24H'], channels: ['email'], subject: 'Maintenance', body };
    await schedule(['one-0'], {
      runAt: '2100-01-01T00:00:00Z',
      notice: { ...notice, leads: ['P7D'] },
    });
    const actionId = await schedule(['bare-0'], { notice });
    const [mail] = await mailsArrive('bare', 1);
    expect(mail?.subject).toBe('Maintenance');
    expect(mail?.html).toContain('&lt;script&gt;');
    expect(mail?.html).not.toContain('<script>');
    expect(mail?.text).toMatch(/Tokyo|GMT\+9|JST/);
    expect(mailsTo('one')).toHaveLength(0);
    await forewarn.post(`/v1/actions/${actionId}/cancel`).expect(200);
  });

  it('N5 corrects a notice that was inside the send when its action was cancelled', async () => {
    let open: () => void = () => undefined;
    mailbox.gate = new Promise((resolve) => {
      open = resolve;
    });
    const actionId = await schedule(['held-0']);
    await eventually(() => {
      expect(mailbox.arrived('held@example.test')).toBe(1);
    });
    const cancelled = await forewarn.post(`/v1/actions/${actionId}/cancel`).expect(200);
    expect(cancelled.body).toMatchObject({ notices: { inFlight: 1, withdrawn: 0 } });
    mailbox.gate = null;
    open();
    const mails = await mailsArrive('held', 2);
    expect(mails[1]?.subject).toMatch(/cancel|called off|off/i);
  });

  it('N7 tells those who were told of the new time, N4 then that it is off', async () => {
    const actionId = await schedule(['moved-0']);
    await mailsArrive('moved', 1);
    await forewarn
      .post(`/v1/actions/${actionId}/reschedule`, { runAt: inSeconds(7_200) })
      .set('if-match', '*')
      .expect(200);
    await mailsArrive('moved', 2);
    await forewarn.post(`/v1/actions/${actionId}/cancel`).expect(200);
    await mailsArrive('moved', 3);
  });

  it('N4 sends nothing to those who were never told', async () => {
    const actionId = await schedule(['early-0'], {
      runAt: inSeconds(7_200),
      notice: { leads: ['PT1H'], channels: ['email'] },
    });
    await forewarn.post(`/v1/actions/${actionId}/cancel`).expect(200);
    const marker = await schedule(['done-0'], { runAt: inSeconds(2) });
    await mailsArrive('done', 1);
    await eventually(async () => {
      expect(await facts(marker, 'ActionEnded')).toHaveLength(1);
    });
    expect(mailsTo('early')).toHaveLength(0);
  });

  it('N11 fails at once for somebody without an address, and for somebody who was erased', async () => {
    const silent = await schedule(['silent-0']);
    await eventually(async () => {
      const [failed] = await facts(silent, 'NoticeFailed');
      expect(failed).toMatchObject({ reason: expect.stringContaining('no_address') });
    });
    const told = await schedule(['erased-0']);
    await mailsArrive('erased', 1);
    await forewarn.delete('/v1/recipients/erased', 'admin').expect(200);
    await forewarn.post(`/v1/actions/${told}/cancel`).expect(200);
    await eventually(async () => {
      const [failed] = await facts(told, 'NoticeFailed');
      expect(failed).toMatchObject({ reason: expect.stringContaining('recipient_erased') });
    });
    expect(mailsTo('erased')).toHaveLength(1);
  });
});
