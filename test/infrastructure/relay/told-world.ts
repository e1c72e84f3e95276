import { actionStream } from '../../../src/application/action/action-stream.js';
import type { ScheduleInput } from '../../../src/application/action/schedule-action.js';
import type { ClaimedDispatch } from '../../../src/application/ports/outbox.port.js';
import type { DispatchStatus } from '../../../src/domain/action/action.state.js';
import { findTarget } from '../../../src/domain/action/action.state.js';
import type { ChannelName, NoticeKind } from '../../../src/domain/notice/dispatch.js';
import type { RigProcess } from '../../support/rig-process.js';
import { Rig } from '../../support/rig.js';

export const LEAD_OPENS = '2030-01-02T12:00:00.000Z';
export const STARTS = '2030-01-03T12:00:00.000Z';

/** An action whose lead has opened: its notices lie in the outbox, and no relay has looked at them. */
export interface ToldWorld {
  readonly rig: Rig;
  readonly one: RigProcess;
  readonly two: RigProcess;
  readonly actionId: string;
}

export async function withDueNotices(
  channels: readonly ChannelName[],
  {
    owners = { t1: 'ann' },
    ...wishes
  }: Partial<ScheduleInput> & {
    readonly owners?: Readonly<Record<string, string | null>>;
  } = {},
): Promise<ToldWorld> {
  const rig = new Rig();
  const [one, two] = [rig.process(), rig.process()];
  const targets = Object.entries(owners);
  await rig.directory.putTargets(
    ...targets.map(([targetId, ownerId]) => ({ targetId, ownerId, name: `The ${targetId}` })),
  );
  for (const recipientId of new Set(Object.values(owners))) {
    if (recipientId !== null) await rig.directory.putRecipient({ recipientId });
  }
  const actionId = await one.schedule(
    targets.map(([targetId]) => targetId),
    {
      notice: {
        leadsSeconds: [86_400],
        channels,
        tellCompleted: false,
        subject: null,
        body: null,
      },
      ...wishes,
    },
  );
  rig.clock.set(LEAD_OPENS);
  await one.settle();
  return { rig, one, two, actionId };
}

/** `kind on channel to recipient about target: status`, for every dispatch of the action. */
export async function dispatchesOf({ rig, actionId }: ToldWorld): Promise<readonly string[]> {
  const state = await rig.state(actionId);
  return state.targets.chunks
    .flat()
    .flatMap(({ targetId, lanes }) =>
      lanes.flatMap(({ recipientId, channel, dispatches }) =>
        dispatches.map(
          ({ kind, status }) =>
            `${kind} on ${channel} to ${recipientId} about ${targetId}: ${status}`,
        ),
      ),
    )
    .toSorted();
}

/** Status of the only dispatch of that kind about `t1`. */
export async function statusOf(
  { rig, actionId }: ToldWorld,
  kind: NoticeKind = 'notice',
): Promise<DispatchStatus | undefined> {
  const target = findTarget(await rig.state(actionId), 't1');
  const dispatches = target?.lanes.flatMap((lane) => lane.dispatches) ?? [];
  return dispatches.find((dispatch) => dispatch.kind === kind)?.status;
}

/** Claims like a relay that dies right behind its claim, or in the middle of its call. */
export const claimAndDie = (
  { rig }: ToldWorld,
  channel: ChannelName,
): Promise<readonly ClaimedDispatch[]> =>
  rig.outbox.claim({ channel, limit: 100, leaseMs: 40_000 });

/** Lets every lease of a relay run out. */
export const loseLeases = ({ rig }: ToldWorld): void => {
  rig.clock.advance(60_000);
};

export const pendingRows = async ({ rig }: ToldWorld): Promise<number> => {
  const counts = await rig.outbox.counts();
  return counts.reduce((sum, { count }) => sum + count, 0);
};

export const inFlight = ({ rig, actionId }: ToldWorld): Promise<number> =>
  rig.outbox.inFlight(actionStream(actionId), null);
