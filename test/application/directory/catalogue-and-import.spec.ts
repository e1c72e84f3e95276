import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandBus } from '@nestjs/cqrs';

import { ApplyDirectoryChanges } from '../../../src/application/directory/apply-directory-changes.js';
import { directoryConsumer } from '../../../src/application/directory/directory.consumer.js';
import { ImportRecords } from '../../../src/application/directory/import-records.js';
import { RecordRecipients } from '../../../src/application/directory/record-recipients.js';
import { TargetDirectory } from '../../../src/application/ports/directory.port.js';
import { RecipientDirectory } from '../../../src/application/ports/recipients.port.js';
import { Texts } from '../../../src/application/ports/texts.port.js';
import { VersionCatalogue } from '../../../src/application/ports/versions.port.js';
import { asUser, STORES } from './directory-world.js';
import type { DirectoryWorld } from './directory-world.js';

describe.each(STORES)('catalogue, texts and import on %s', (_name, start) => {
  let world: DirectoryWorld;
  let commands: CommandBus;
  let targets: TargetDirectory;
  let recipients: RecipientDirectory;

  beforeAll(async () => {
    world = await start();
    commands = world.module.get(CommandBus);
    targets = world.module.get(TargetDirectory);
    recipients = world.module.get(RecipientDirectory);
  });
  afterAll(() => world.close());

  const find = async (targetId: string) => (await targets.findMany([targetId])).get(targetId);
  const streamOf = async (streamId: string) => (await world.events.readStream(streamId)).events;
  const anId = (prefix: string) => `${prefix}-${randomUUID()}`;

  describe('the catalogue', () => {
    it('S2 knows published, disabled and unknown versions, and records each change once', async () => {
      const catalogue = world.module.get(VersionCatalogue);
      const version = `2.4.0+${randomUUID()}`;
      expect(await catalogue.find(version)).toBeNull();
      expect(await catalogue.disable(version, asUser())).toBeNull();
      expect(await catalogue.publish(version, asUser())).toMatchObject({
        position: expect.any(BigInt),
      });
      expect(await catalogue.publish(version, asUser())).toEqual({ position: null });
      await catalogue.disable(version, asUser());
      expect(await catalogue.disable(version, asUser())).toEqual({ position: null });
      expect(await catalogue.find(version)).toMatchObject({ disabled: true });
      await catalogue.publish(version, asUser());
      expect(await catalogue.find(version)).toMatchObject({ disabled: false });
      const events = (await streamOf('catalogue')).filter(
        ({ data }) => (data as { version: string }).version === version,
      );
      expect(events.map(({ type }) => type)).toEqual([
        'VersionPublished',
        'VersionDisabled',
        'VersionPublished',
      ]);
    });

    it('S2 is not turned back by an older event', async () => {
      const catalogue = world.module.get(VersionCatalogue);
      const version = `3.0.0+${randomUUID()}`;
      await catalogue.publish(version, asUser());
      await catalogue.disable(version, asUser());
      const changes = (await streamOf('catalogue'))
        .filter(({ data }) => (data as { version: string }).version === version)
        .flatMap(directoryConsumer.project);
      await world.module.get(ApplyDirectoryChanges).execute(changes.slice(0, 1));
      expect(await catalogue.find(version)).toMatchObject({ disabled: true });
      expect(await catalogue.list({ after: null, limit: 100 })).toContainEqual(
        expect.objectContaining({ version, disabled: true }),
      );
    });
  });

  describe('texts', () => {
    it('are found by reference, hashed with a salt of their own, and gone when erased', async () => {
      const texts = world.module.get(Texts);
      const [one, other] = [await texts.put('reason', 'why'), await texts.put('reason', 'why')];
      expect(one.hash).toMatch(/^[0-9a-f]{64}$/);
      expect(one.hash).not.toBe(other.hash);
      await texts.erase([one.ref]);
      const found = await texts.findMany([one.ref, other.ref]);
      expect([...found]).toEqual([[other.ref, 'why']]);
    });
  });

  describe('an import batch', () => {
    it('writes targets, recipients and versions, and says which recipients are erased', async () => {
      const [targetId, recipientId, erased] = [anId('t'), anId('r'), anId('e')];
      const version = `4.0.0+${randomUUID()}`;
      await commands.execute(new RecordRecipients([{ recipientId: erased }]));
      await recipients.erase(erased, asUser());
      const imported = await commands.execute(
        new ImportRecords(
          [
            { kind: 'version', version, disabled: true },
            { kind: 'recipient', change: { recipientId, emails: ['r@example.test'] } },
            { kind: 'recipient', change: { recipientId: erased, emails: ['e@example.test'] } },
            { kind: 'target', change: { targetId, ownerId: recipientId } },
          ],
          asUser(),
        ),
      );
      expect([...imported.erasedRecipientIds]).toEqual([erased]);
      expect(imported.position).toBe(await world.events.head());
      expect(await find(targetId)).toMatchObject({ ownerId: recipientId });
      expect(await world.module.get(VersionCatalogue).find(version)).toMatchObject({
        disabled: true,
      });
    });
  });
});
