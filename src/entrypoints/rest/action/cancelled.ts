import { findTarget, statusOf } from '../../../domain/action/action.state.js';
import type { ActionState, TargetState } from '../../../domain/action/action.state.js';
import { itemsFrom } from '../../../domain/shared/chunked-list.js';
import { TARGETS_LISTED_MAX } from './action.response.js';
import type { ActionCancelledResponse } from './action.response.js';

/** What a cancel reached, and what it came too late for (S8; RULES 1). */
export function cancelledOf(
  state: ActionState,
  inFlight: number,
): Pick<ActionCancelledResponse, 'cancelledTargetIds' | 'tooLate' | 'notices'> {
  const cancelledTargetIds: string[] = [];
  const tooLate: { targetId: string; status: string }[] = [];
  let waiting = 0;
  let told = 0;
  for (const target of itemsFrom(state.targets)) {
    const status = statusOf(state, target);
    const { targetId } = target;
    if (status === 'cancelled') cancelledTargetIds.push(targetId);
    else tooLate.push({ targetId, status });
    waiting += openNotices(target);
    told += target.lanes.filter((lane) => lane.told !== 'no').length;
  }
  return {
    cancelledTargetIds: cancelledTargetIds.slice(0, TARGETS_LISTED_MAX),
    tooLate: tooLate.slice(0, TARGETS_LISTED_MAX),
    notices: { withdrawn: Math.max(0, waiting - inFlight), inFlight, told },
  };
}

export function targetStatusOf(state: ActionState, targetId: string): string {
  const target = findTarget(state, targetId);
  return target === null ? 'cancelled' : statusOf(state, target);
}

const openNotices = ({ lanes }: TargetState): number =>
  lanes
    .flatMap(({ dispatches }) => dispatches)
    .filter(({ status }) => status === 'pending' || status === 'deferred').length;
