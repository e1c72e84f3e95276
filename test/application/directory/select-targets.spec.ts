import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandBus } from '@nestjs/cqrs';

import { RecordTargets } from '../../../src/application/directory/record-targets.js';
import { TargetDirectory } from '../../../src/application/ports/directory.port.js';
import type { TargetChange } from '../../../src/domain/directory/target.js';
import { asUser, STORES } from './directory-world.js';
import type { DirectoryWorld } from './directory-world.js';

describe.each(STORES)('the choice of targets on %s', (_name, start) => {
  let world: DirectoryWorld;
  let commands: CommandBus;
  let targets: TargetDirectory;

  beforeAll(async () => {
    world = await start();
    commands = world.module.get(CommandBus);
    targets = world.module.get(TargetDirectory);
  });
  afterAll(() => world.close());

  describe('selection (S7)', () => {
    const run = randomUUID();
    const ids = ['a', 'b', 'c', 'd', 'e'].map((letter) => `select-${run}-${letter}`);
    const [a = '', b = '', c = '', d = '', e = ''] = ids;

    beforeAll(async () => {
      const labels = { run };
      const metadata = asUser();
      const changes: TargetChange[] = [
        { targetId: e, labels: { ...labels, team: 'x' }, version: '2.10.0', type: 'tenant' },
        { targetId: b, labels: { ...labels, team: 'x' }, version: '2.4.0-rc.1', ownerId: 'ada' },
        { targetId: a, labels, version: '2.3.0' },
        { targetId: c, labels, version: null },
        { targetId: d, labels, version: '2.3.0', lifecycle: 'destroyed' },
      ];
      await commands.execute(new RecordTargets(changes, metadata));
    });

    it.each([
      [{}, [a, b, c, e]],
      [{ team: 'x' }, [b, e]],
    ])('takes active targets with all the labels, by id: %j', async (labels, expected) => {
      const selected = await targets.select({ labels: { run, ...labels } }, 10);
      expect(selected.map(({ targetId }) => targetId)).toEqual(expected);
    });

    it('takes those below a version, none of unknown version', async () => {
      const selected = await targets.select({ labels: { run }, versionBelow: '2.4.0' }, 10);
      expect(selected.map(({ targetId }) => targetId)).toEqual([a, b]);
      expect(await targets.select({ labels: { run }, versionBelow: '1.0.0' }, 10)).toEqual([]);
    });

    it('takes those of a type, and no more than asked for', async () => {
      const tenants = await targets.select({ labels: { run }, type: 'tenant' }, 10);
      const two = await targets.select({ labels: { run } }, 2);
      expect(tenants.map(({ targetId }) => targetId)).toEqual([e]);
      expect(two.map(({ targetId }) => targetId)).toEqual([a, b]);
    });

    it('lists pages behind a cursor, with filters', async () => {
      const page = await targets.list({ labels: { run } }, { after: b, limit: 2 });
      const destroyed = await targets.list(
        { labels: { run }, lifecycle: 'destroyed', version: '2.3.0' },
        { after: null, limit: 9 },
      );
      const owned = await targets.list(
        { labels: { run }, ownerId: 'ada' },
        { after: null, limit: 9 },
      );
      expect(page.map(({ targetId }) => targetId)).toEqual([c, d]);
      expect(destroyed.map(({ targetId }) => targetId)).toEqual([d]);
      expect(owned.map(({ targetId }) => targetId)).toEqual([b]);
    });
  });
});
