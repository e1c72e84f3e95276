import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandBus } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';

import { AddWebhookEndpoint } from '../../../src/application/directory/add-webhook-endpoint.js';
import { directoryConsumer } from '../../../src/application/directory/directory.consumer.js';
import { PutPushSubscription } from '../../../src/application/directory/put-push-subscription.js';
import { RecordRecipients } from '../../../src/application/directory/record-recipients.js';
import { RecordTargets } from '../../../src/application/directory/record-targets.js';
import { TargetDirectory } from '../../../src/application/ports/directory.port.js';
import { RecipientDirectory } from '../../../src/application/ports/recipients.port.js';
import { PostgresDirectorySink } from '../../../src/infrastructure/directory/postgres/postgres.directory-sink.js';
import {
  asUser,
  startOwnPostgresDirectory,
  startPostgresDirectory,
} from '../../application/directory/directory-world.js';
import type { DirectoryWorld } from '../../application/directory/directory-world.js';
import { tablesThatHold } from '../../support/tables-that-hold.js';

const ROUNDS = 25;

describe('the directory of two processes on one database', () => {
  let one: DirectoryWorld & { url: string };
  let other: DirectoryWorld;

  beforeAll(async () => {
    one = await startOwnPostgresDirectory();
    other = await startPostgresDirectory(one.url);
  });
  afterAll(async () => {
    await other.close();
    await one.close();
  });

  const targetsOf = ({ module }: DirectoryWorld) => module.get(TargetDirectory);
  const commandsOf = ({ module }: DirectoryWorld) => module.get(CommandBus);

  it('C5 lets one of two pin a target at each revision, and table and log agree at the end', async () => {
    const targetId = `race-${randomUUID()}`;
    await commandsOf(one).execute(new RecordTargets([{ targetId }], asUser()));
    for (let revision = 0; revision < ROUNDS; revision += 1) {
      const results = await Promise.all(
        [one, other].map((world, index) =>
          targetsOf(world).setPin(
            { targetId, expectedRevision: revision, pin: `${String(revision)}.${String(index)}` },
            asUser(),
          ),
        ),
      );
      expect(results.filter(({ changed }) => changed)).toEqual([
        expect.objectContaining({ revision: revision + 1 }),
      ]);
    }
    const { events } = await one.events.readStream(`target-${targetId}`);
    const found = (await targetsOf(other).findMany([targetId])).get(targetId);
    expect(events).toHaveLength(ROUNDS + 1);
    expect(events.at(-1)?.data).toMatchObject({ pin: found?.pin });
    expect(found?.revision).toBe(ROUNDS);
  });

  it('keeps every change of targets that both write at once, in whatever order', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `both-${String(index)}`);
    const write = (world: DirectoryWorld, part: object, order: readonly string[]) =>
      commandsOf(world).execute(
        new RecordTargets(
          order.map((targetId) => ({ targetId, ...part })),
          asUser(),
        ),
      );
    await Promise.all([
      write(one, { ownerId: 'ada' }, ids),
      write(other, { version: '2.3.0' }, ids.toReversed()),
      write(one, { name: 'Web' }, ids),
      write(other, { labels: { team: 'atlas' } }, ids.toReversed()),
    ]);
    const found = await targetsOf(one).findMany(ids);
    const wanted = { ownerId: 'ada', version: '2.3.0', name: 'Web', labels: { team: 'atlas' } };
    for (const id of ids) expect(found.get(id)).toMatchObject(wanted);
  });

  it('N11 erases a recipient from every table, even while others write to it', async () => {
    const recipientId = `gone-${randomUUID()}`;
    const secret = `needle-${randomUUID()}`;
    const write = (world: DirectoryWorld) => [
      commandsOf(world).execute(
        new RecordRecipients([
          { recipientId, displayName: secret, emails: [`${secret}@example.test`] },
        ]),
      ),
      commandsOf(world).execute(
        new PutPushSubscription(recipientId, {
          endpoint: `https://push.test/${secret}/${randomUUID()}`,
          p256dh: secret,
          auth: secret,
        }),
      ),
      commandsOf(world).execute(
        new AddWebhookEndpoint(`https://hooks.test/${secret}`, recipientId),
      ),
    ];
    await write(one)[0];
    await Promise.all(write(other));
    const source = one.module.get(DataSource);
    expect([...(await tablesThatHold(source, secret))].sort()).toEqual([
      'forewarn.directory_recipients',
      'forewarn.push_subscriptions',
      'forewarn.webhook_endpoints',
    ]);
    await Promise.all([
      ...write(one),
      one.module.get(RecipientDirectory).erase(recipientId, asUser()),
      ...write(other),
    ]);
    expect(await tablesThatHold(source, secret)).toEqual([]);
    const found = await other.module.get(RecipientDirectory).findMany([recipientId]);
    expect(found.get(recipientId)).toMatchObject({ erased: true, webhook: null });
  });

  it('lets one process at a time move the consumer on, and a lost one write nothing that harms', async () => {
    const key = { name: directoryConsumer.name, version: directoryConsumer.version, shard: 0 };
    const [sink, rival] = [one, other].map(({ module }) => module.get(PostgresDirectorySink));
    if (!sink || !rival) throw new TypeError('there are two processes');
    const tenure = await sink.acquire(key, 'one', 60_000);
    expect(await rival.acquire(key, 'other', 60_000)).toBeNull();
    if (tenure === null) throw new TypeError('the first comer gets it');
    const targetId = `sink-${randomUUID()}`;
    const written = await commandsOf(one).execute(new RecordTargets([{ targetId }], asUser()));
    const { events } = await one.events.readStream(`target-${targetId}`);
    const batch = {
      changes: events.flatMap(directoryConsumer.project),
      position: written.get(targetId)?.position ?? 0n,
      leaseMs: 60_000,
    };
    expect(await sink.commit(key, tenure, batch)).toBe('committed');
    await sink.release(key, tenure);
    const next = await rival.acquire(key, 'other', 60_000);
    expect(next?.position).toBe(batch.position);
    expect(await sink.commit(key, { ...tenure, position: batch.position }, batch)).toBe('lost');
    expect((await targetsOf(other).findMany([targetId])).get(targetId)?.revision).toBe(0);
  });
});
