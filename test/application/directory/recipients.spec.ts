import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandBus } from '@nestjs/cqrs';

import { AddWebhookEndpoint } from '../../../src/application/directory/add-webhook-endpoint.js';
import { ApplyDirectoryChanges } from '../../../src/application/directory/apply-directory-changes.js';
import { PutPushSubscription } from '../../../src/application/directory/put-push-subscription.js';
import { RecordRecipients } from '../../../src/application/directory/record-recipients.js';
import {
  PUSH_SUBSCRIPTIONS_MAX,
  RecipientDirectory,
} from '../../../src/application/ports/recipients.port.js';
import { WebhookEndpointTable } from '../../../src/application/ports/webhook-endpoints.port.js';
import { asUser, STORES } from './directory-world.js';
import type { DirectoryWorld } from './directory-world.js';

describe.each(STORES)('recipients on %s', (_name, start) => {
  let world: DirectoryWorld;
  let commands: CommandBus;
  let recipients: RecipientDirectory;

  beforeAll(async () => {
    world = await start();
    commands = world.module.get(CommandBus);
    recipients = world.module.get(RecipientDirectory);
  });
  afterAll(() => world.close());

  const streamOf = async (streamId: string) => (await world.events.readStream(streamId)).events;
  const anId = (prefix: string) => `${prefix}-${randomUUID()}`;

  describe('recipients', () => {
    const subscription = {
      endpoint: 'https://push.test/abc',
      p256dh: 'B'.repeat(87),
      auth: 'A'.repeat(22),
    };
    const reach = async (id: string) => (await recipients.findMany([id])).get(id);
    const add = async (recipientId: string) => {
      await commands.execute(new RecordRecipients([{ recipientId }]));
    };

    it('N11 have addresses, zone and locale, or none, or are not there at all', async () => {
      const [full, bare, missing] = [anId('full'), anId('bare'), anId('missing')];
      const change = {
        recipientId: full,
        displayName: 'Ada',
        zone: 'Asia/Tokyo',
        locale: 'ja-JP',
        emails: ['ada@example.test', 'oncall@example.test'],
      };
      await commands.execute(new RecordRecipients([change, { recipientId: bare }]));
      const found = await recipients.findMany([full, bare, missing]);
      expect(found.get(full)).toMatchObject({ ...change, erased: false, pushSubscriptions: [] });
      expect(found.get(bare)).toMatchObject({ emails: [], zone: 'UTC', locale: 'en' });
      expect(found.has(missing)).toBe(false);
    });

    it('keep every part of changes that meet', async () => {
      const recipientId = anId('ada');
      const change = (part: object) =>
        commands.execute(new RecordRecipients([{ recipientId, ...part }]));
      await Promise.all([
        change({ displayName: 'Ada' }),
        change({ zone: 'Asia/Tokyo' }),
        change({ locale: 'ja' }),
        change({ emails: ['ada@example.test'] }),
      ]);
      expect(await reach(recipientId)).toMatchObject({
        displayName: 'Ada',
        zone: 'Asia/Tokyo',
        locale: 'ja',
        emails: ['ada@example.test'],
      });
    });

    it('are called at their own endpoint, else at the default one, else nowhere', async () => {
      const [own, other] = [anId('own'), anId('other')];
      await add(own);
      await add(other);
      expect((await reach(own))?.webhook).toBeNull();
      const ownHook = await commands.execute(new AddWebhookEndpoint('https://own.test/', own));
      const theDefault = await commands.execute(
        new AddWebhookEndpoint('https://default.test/', null),
      );
      const second = await commands.execute(new AddWebhookEndpoint('https://own.test/2', own));
      if (!ownHook.ok || !theDefault.ok) throw new TypeError('both must be added');
      expect(second).toMatchObject({
        ok: false,
        refusal: { code: 'invalid_transition', facts: { endpointId: ownHook.endpointId } },
      });
      expect(Buffer.from(ownHook.secret.slice('whsec_'.length), 'base64')).toHaveLength(32);
      expect((await reach(own))?.webhook).toEqual({
        endpointId: ownHook.endpointId,
        url: 'https://own.test/',
        secrets: [ownHook.secret],
      });
      expect((await reach(other))?.webhook).toMatchObject({ url: 'https://default.test/' });
      await recipients.disableWebhook(ownHook.endpointId, 'gone');
      expect((await reach(own))?.webhook).toMatchObject({ url: 'https://default.test/' });
      const endpoints = world.module.get(WebhookEndpointTable);
      expect(await endpoints.find(ownHook.endpointId)).toMatchObject({
        disabledAt: expect.any(String),
        disabledReason: 'gone',
      });
      const third = await commands.execute(new AddWebhookEndpoint('https://own.test/3', own));
      expect(third).toMatchObject({ ok: true });
      expect(await endpoints.remove(theDefault.endpointId)).toBe(true);
      expect((await reach(other))?.webhook).toBeNull();
    });

    it('get no endpoint that the guard refuses, and none when they are unknown', async () => {
      expect(
        await commands.execute(new AddWebhookEndpoint('https://internal.test/', null)),
      ).toMatchObject({ ok: false, refusal: { code: 'validation' } });
      expect(
        await commands.execute(new AddWebhookEndpoint('https://ok.test/', anId('nobody'))),
      ).toMatchObject({ ok: false, refusal: { code: 'not_found' } });
    });

    it('have at most so many push subscriptions, renew one, and lose a dead one', async () => {
      const recipientId = anId('ada');
      await add(recipientId);
      const put = (endpoint: string, auth = subscription.auth) =>
        commands.execute(new PutPushSubscription(recipientId, { ...subscription, endpoint, auth }));
      const count = async () => (await reach(recipientId))?.pushSubscriptions.length;
      for (let at = 0; at < PUSH_SUBSCRIPTIONS_MAX; at += 1) {
        expect(await put(`https://push.test/${String(at)}`)).toMatchObject({ ok: true });
      }
      expect(await put('https://push.test/more')).toMatchObject({
        ok: false,
        refusal: { code: 'invalid_transition' },
      });
      expect(await put('https://push.test/0', 'C'.repeat(22))).toMatchObject({ ok: true });
      expect((await reach(recipientId))?.pushSubscriptions).toContainEqual({
        ...subscription,
        endpoint: 'https://push.test/0',
        auth: 'C'.repeat(22),
      });
      await recipients.removePushSubscription(recipientId, 'https://push.test/0');
      expect(await count()).toBe(PUSH_SUBSCRIPTIONS_MAX - 1);
      expect(await put('https://internal.test/')).toMatchObject({ ok: false });
    });

    it('N11 are erased once and for good: recorded by id, and nothing is written to them again', async () => {
      const recipientId = anId('ada');
      await commands.execute(
        new RecordRecipients([{ recipientId, displayName: 'Ada', emails: ['a@example.test'] }]),
      );
      await commands.execute(new PutPushSubscription(recipientId, subscription));
      await commands.execute(new AddWebhookEndpoint('https://own.test/', recipientId));
      const [first, second] = await Promise.all([
        recipients.erase(recipientId, asUser()),
        recipients.erase(recipientId, asUser()),
      ]);
      expect(first?.position).toBe(second?.position);
      expect(await streamOf(`recipient-${recipientId}`)).toMatchObject([
        { type: 'RecipientErased', data: { recipientId } },
      ]);
      const written = await commands.execute(
        new RecordRecipients([{ recipientId, displayName: 'Ada again' }]),
      );
      expect(written.get(recipientId)).toBe('erased');
      expect(
        await commands.execute(new PutPushSubscription(recipientId, subscription)),
      ).toMatchObject({ refusal: { code: 'not_found' } });
      expect(
        await commands.execute(new AddWebhookEndpoint('https://own.test/', recipientId)),
      ).toMatchObject({ refusal: { code: 'not_found' } });
      expect(await reach(recipientId)).toEqual({
        recipientId,
        displayName: null,
        zone: 'UTC',
        locale: 'en',
        emails: [],
        webhook: null,
        pushSubscriptions: [],
        erased: true,
      });
      expect(await recipients.erase(anId('nobody'), asUser())).toBeNull();
    });

    it('N11 are erased by the consumer when the writer died between log and tables', async () => {
      const recipientId = anId('ada');
      await commands.execute(new RecordRecipients([{ recipientId, displayName: 'Ada' }]));
      const erasure = { kind: 'erasure', recipientId } as const;
      await world.module.get(ApplyDirectoryChanges).execute([erasure, { ...erasure }]);
      expect(await reach(recipientId)).toMatchObject({ displayName: null, erased: true });
    });
  });
});
