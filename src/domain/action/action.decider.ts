import { assertNever } from '../shared/decider.js';
import type { Decider, Decision } from '../shared/decider.js';
import type { ActionCommand } from './action.commands.js';
import type { ActionEvent } from './action.events.js';
import { evolveAction } from './action.evolve.js';
import { initialActionState } from './action.state.js';
import type { ActionState } from './action.state.js';
import {
  acceptWork,
  claimTargets,
  expireClaims,
  openStage,
  recordOutcome,
  recordOutcomes,
} from './claims.js';
import { recordDispatches } from './dispatches.js';
import {
  cancel,
  cancelTarget,
  pause,
  refuseEdit,
  reschedule,
  resume,
  retryFailed,
  runNow,
  schedule,
} from './edits.js';
import { openNotices, queueFollowUps, requeueNotice } from './notices.js';

/** One action: its schedule, its targets, their claims and outcomes, and what their recipients were told. */
export const actionDecider: Decider<ActionState, ActionCommand, ActionEvent> = {
  initialState: initialActionState,
  decide,
  evolve: evolveAction,
};

function decide(state: ActionState, command: ActionCommand): Decision<ActionEvent> {
  if (command.type === 'ScheduleAction') return schedule(state, command);
  if ('ifVersion' in command) return refuseEdit(state, command) ?? decideEdit(state, command);
  switch (command.type) {
    case 'OpenStage':
      return openStage(state, command);
    case 'ClaimTargets':
      return claimTargets(state, command);
    case 'AcceptWork':
      return acceptWork(state, command);
    case 'RecordOutcome':
      return recordOutcome(state, command);
    case 'RecordOutcomes':
      return recordOutcomes(state, command);
    case 'ExpireClaims':
      return expireClaims(state, command);
    default:
      return decideNotice(state, command);
  }
}

function decideEdit(
  state: ActionState,
  command: Extract<ActionCommand, { readonly ifVersion: unknown }>,
): Decision<ActionEvent> {
  switch (command.type) {
    case 'RescheduleAction':
      return reschedule(state, command);
    case 'RunNow':
      return runNow(state, command);
    case 'PauseAction':
      return pause(state, command);
    case 'ResumeAction':
      return resume(state, command);
    case 'CancelAction':
      return cancel(state, command);
    case 'CancelTarget':
      return cancelTarget(state, command);
    case 'RetryFailed':
      return retryFailed(state, command);
    default:
      return assertNever(command);
  }
}

function decideNotice(
  state: ActionState,
  command: Extract<
    ActionCommand,
    { readonly type: 'OpenNotices' | 'QueueFollowUps' | 'RecordDispatches' | 'RequeueNotice' }
  >,
): Decision<ActionEvent> {
  switch (command.type) {
    case 'OpenNotices':
      return openNotices(state, command);
    case 'QueueFollowUps':
      return queueFollowUps(state, command);
    case 'RecordDispatches':
      return recordDispatches(state, command);
    case 'RequeueNotice':
      return requeueNotice(state, command);
    default:
      return assertNever(command);
  }
}
