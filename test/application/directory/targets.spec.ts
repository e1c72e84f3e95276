import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandBus } from '@nestjs/cqrs';

import { ApplyDirectoryChanges } from '../../../src/application/directory/apply-directory-changes.js';
import { DestroyTarget } from '../../../src/application/directory/destroy-target.js';
import { directoryConsumer } from '../../../src/application/directory/directory.consumer.js';
import { RecordTargets } from '../../../src/application/directory/record-targets.js';
import { TargetLog } from '../../../src/application/directory/target-log.js';
import { TargetDirectory } from '../../../src/application/ports/directory.port.js';
import type { EventMetadata } from '../../../src/application/ports/event-store.port.js';
import { TargetTable } from '../../../src/application/ports/target-table.port.js';
import { targetAfter } from '../../../src/domain/directory/target.js';
import type { TargetChange } from '../../../src/domain/directory/target.js';
import { asUser, STORES } from './directory-world.js';
import type { DirectoryWorld } from './directory-world.js';

describe.each(STORES)('targets on %s', (_name, start) => {
  let world: DirectoryWorld;
  let commands: CommandBus;
  let targets: TargetDirectory;

  beforeAll(async () => {
    world = await start();
    commands = world.module.get(CommandBus);
    targets = world.module.get(TargetDirectory);
  });
  afterAll(() => world.close());

  const record = async (change: TargetChange, metadata: EventMetadata = asUser()) => {
    const written = await commands.execute(new RecordTargets([change], metadata));
    return written.get(change.targetId);
  };
  const find = async (targetId: string) => (await targets.findMany([targetId])).get(targetId);
  const streamOf = async (streamId: string) => (await world.events.readStream(streamId)).events;
  const anId = (prefix: string) => `${prefix}-${randomUUID()}`;

  describe('targets', () => {
    it('are recorded in the log when owner, lifecycle, version or pin change, and only then', async () => {
      const targetId = anId('target');
      const first = await record({ targetId, ownerId: 'ada', version: '2.3.0' });
      const named = await record({ targetId, name: 'Web', labels: { team: 'atlas' } });
      const pinned = await record({ targetId, pin: '2.3.0' });
      expect(first).toMatchObject({ created: true, revision: 0, position: expect.any(BigInt) });
      expect(named).toEqual({ created: false, revision: 0, position: null });
      expect(pinned).toMatchObject({ created: false, revision: 1, position: expect.any(BigInt) });
      expect(await find(targetId)).toMatchObject({
        name: 'Web',
        labels: { team: 'atlas' },
        ownerId: 'ada',
        pin: '2.3.0',
        revision: 1,
      });
      const events = await streamOf(`target-${targetId}`);
      expect(events.map(({ type, data }) => [type, (data as { pin: unknown }).pin])).toEqual([
        ['TargetRecorded', null],
        ['TargetRecorded', '2.3.0'],
      ]);
    });

    it('are recorded once when the same command is given twice', async () => {
      const targetId = anId('target');
      const metadata = asUser();
      await record({ targetId, ownerId: 'ada' }, metadata);
      expect(await record({ targetId, ownerId: 'ada' }, metadata)).toMatchObject({ revision: 0 });
      expect(await streamOf(`target-${targetId}`)).toHaveLength(1);
    });

    it('keep every part of changes that meet', async () => {
      const targetId = anId('target');
      await Promise.all([
        record({ targetId, name: 'Web' }),
        record({ targetId, labels: { team: 'atlas' } }),
        record({ targetId, ownerId: 'ada' }),
        record({ targetId, version: '2.3.0' }),
        record({ targetId, pin: '2.3.0' }),
      ]);
      expect(await find(targetId)).toMatchObject({
        name: 'Web',
        labels: { team: 'atlas' },
        ownerId: 'ada',
        version: '2.3.0',
        pin: '2.3.0',
      });
    });

    it('are destroyed, and listed as such', async () => {
      const targetId = anId('target');
      await record({ targetId, version: '2.3.0' });
      const gone = await commands.execute(new DestroyTarget(targetId, asUser()));
      const again = await commands.execute(new DestroyTarget(targetId, asUser()));
      const unknown = await commands.execute(new DestroyTarget(anId('x'), asUser()));
      expect(gone).toMatchObject({ ok: true, position: expect.any(BigInt) });
      expect(again).toEqual({ ok: true, position: null });
      expect(unknown).toMatchObject({ ok: false, refusal: { code: 'not_found' } });
      expect(await find(targetId)).toMatchObject({ lifecycle: 'destroyed', version: '2.3.0' });
    });

    it('are healed by the next write after a crash between log and table', async () => {
      const targetId = anId('target');
      await record({ targetId, name: 'Web', ownerId: 'ada' });
      await crashAfterAppend({ targetId, ownerId: 'bob' }, 0);
      expect(await find(targetId)).toMatchObject({ ownerId: 'ada', revision: 0 });
      await record({ targetId, version: '2.3.0' });
      expect(await find(targetId)).toMatchObject({
        name: 'Web',
        ownerId: 'bob',
        version: '2.3.0',
        revision: 2,
      });
    });

    it('are healed by the consumer after a crash between log and table, and never turned back', async () => {
      const targetId = anId('target');
      await record({ targetId, name: 'Web', ownerId: 'ada' });
      await crashAfterAppend({ targetId, ownerId: 'bob' }, 0);
      const events = await streamOf(`target-${targetId}`);
      const apply = world.module.get(ApplyDirectoryChanges);
      const changes = events.flatMap(directoryConsumer.project);
      await apply.execute(changes);
      await apply.execute(changes.slice(0, 1));
      expect(await find(targetId)).toMatchObject({ name: 'Web', ownerId: 'bob', revision: 1 });
    });

    it('appear by the consumer when the writer died at the very first', async () => {
      const targetId = anId('target');
      await crashAfterAppend({ targetId, ownerId: 'bob' }, -1);
      const events = await streamOf(`target-${targetId}`);
      const apply = world.module.get(ApplyDirectoryChanges);
      await apply.execute(events.flatMap(directoryConsumer.project));
      expect(await find(targetId)).toMatchObject({ name: targetId, ownerId: 'bob', revision: 0 });
    });

    const crashAfterAppend = async (change: TargetChange, revision: number): Promise<void> => {
      const row = (await world.module.get(TargetTable).findMany([change.targetId])).get(
        change.targetId,
      );
      const target = targetAfter(row ?? null, change);
      await world.module.get(TargetLog).record(target, revision, asUser());
    };
  });

  describe('compare-and-set', () => {
    it('C5 pins a target that is still at the revision', async () => {
      const targetId = anId('target');
      await record({ targetId, name: 'Web', version: '2.3.0' });
      const set = await targets.setPin({ targetId, expectedRevision: 0, pin: '2.3.0' }, asUser());
      const stale = await targets.setPin({ targetId, expectedRevision: 0, pin: null }, asUser());
      const ahead = await targets.setPin({ targetId, expectedRevision: 7, pin: null }, asUser());
      expect(set).toMatchObject({ changed: true, revision: 1 });
      expect([stale, ahead]).toEqual([{ changed: false }, { changed: false }]);
      expect(await find(targetId)).toMatchObject({ name: 'Web', pin: '2.3.0', revision: 1 });
    });

    it('C5 pins and unpins under one command, each at its revision, and answers a repetition alike', async () => {
      const targetId = anId('target');
      const metadata = asUser();
      await record({ targetId });
      const pin = () => targets.setPin({ targetId, expectedRevision: 0, pin: '2.3.0' }, metadata);
      expect(await pin()).toMatchObject({ changed: true, revision: 1 });
      expect(
        await targets.setPin({ targetId, expectedRevision: 1, pin: null }, metadata),
      ).toMatchObject({ changed: true, revision: 2 });
      expect(await pin()).toEqual({ changed: false });
      expect(await find(targetId)).toMatchObject({ pin: null, revision: 2 });
    });

    it('sets a version, and knows no unknown target', async () => {
      const targetId = anId('target');
      await record({ targetId, pin: '2.3.0' });
      const change = { expectedRevision: 0, version: '2.4.0' };
      expect(await targets.setVersion({ targetId, ...change }, asUser())).toMatchObject({
        changed: true,
        revision: 1,
      });
      expect(await targets.setVersion({ targetId: anId('x'), ...change }, asUser())).toEqual({
        changed: false,
      });
      expect(await find(targetId)).toMatchObject({ version: '2.4.0', pin: '2.3.0' });
    });

    it('C5 lets exactly one of many on the same revision through', async () => {
      const targetId = anId('target');
      await record({ targetId });
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          targets.setPin({ targetId, expectedRevision: 0, pin: `1.${String(index)}` }, asUser()),
        ),
      );
      const winners = results.flatMap(({ changed }, index) => (changed ? [index] : []));
      expect(winners).toHaveLength(1);
      expect(await find(targetId)).toMatchObject({ pin: `1.${String(winners[0])}`, revision: 1 });
    });
  });
});
