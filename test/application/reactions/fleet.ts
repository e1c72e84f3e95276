import { actionStream } from '../../../src/application/action/action-stream.js';
import type { Timer, TimerKind } from '../../../src/application/ports/timer-queue.port.js';
import type { TargetChange } from '../../../src/domain/directory/target.js';
import { Rig } from '../../support/rig.js';

export const RUN_AT = '2030-01-03T12:00:00.000Z';

export const idsOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `t${String(index).padStart(4, '0')}`);

/** A rig with so many targets, owned by `ann` unless said otherwise. */
export async function newFleet(
  count: number,
  facts: Omit<TargetChange, 'targetId'> = {},
): Promise<{ readonly rig: Rig; readonly ids: readonly string[] }> {
  const rig = new Rig();
  const ids = idsOf(count);
  await rig.directory.putRecipient({ recipientId: 'ann' });
  await rig.directory.putTargets(
    ...ids.map((targetId) => ({ targetId, ownerId: 'ann', ...facts })),
  );
  return { rig, ids };
}

export const timerOf = (
  actionId: string,
  kind: TimerKind,
  subject = kind === 'work' || kind === 'follow_ups' ? '' : 'stage:0',
): Timer => ({ streamId: actionStream(actionId), kind, subject, revision: 0, dueAt: 0 });
