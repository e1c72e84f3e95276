import assert from 'node:assert/strict';

import type { ActionEvent } from '../../src/domain/action/action.events.js';
import { dispatchKeyText } from '../../src/domain/notice/dispatch.js';
import type { DispatchKey } from '../../src/domain/notice/dispatch.js';
import { documentedLife } from './documented-life.js';

const drawn = documentedLife();

export interface ModelTarget {
  status: 'pending' | 'running' | 'applied' | 'skipped' | 'failed' | 'cancelled';
  readonly stage: number;
  isCalledOff: boolean;
  /** Called off before it ended. */
  endedCalledOff: boolean;
  notBefore: string;
  retryAt: string;
  fence: number;
  /** Start time at which it was claimed; null while it waits. */
  startedAs: string | null;
  /** Counts `TargetsReopened`. */
  life: number;
}

export interface ModelDispatch {
  readonly key: DispatchKey;
  status: string;
  endReason: string | null;
  readonly startsAt: string | null;
  /** The life of its target that it speaks of. */
  readonly life: number;
}

interface ModelLane {
  wasTold: boolean;
  /** The life of the target that a closing message has ended, with nothing heard since. */
  closedLife: number | null;
}

/** What the log says, told a second time without the aggregate's code, with a complaint about every illegal step. */
export interface LifeModel {
  readonly targets: Map<string, ModelTarget>;
  readonly dispatches: Map<string, ModelDispatch>;
  readonly stages: { runAt: string; isOpen: boolean }[];
  status: string;
  isPaused: boolean;
  isCancelled: boolean;
  fenceMax: number;
  readonly lanes: Map<string, ModelLane>;
}

export const newLifeModel = (): LifeModel => ({
  targets: new Map(),
  dispatches: new Map(),
  stages: [],
  status: '[*]',
  isPaused: false,
  isCancelled: false,
  fenceMax: 0,
  lanes: new Map(),
});

export const laneText = (key: Pick<DispatchKey, 'targetId' | 'recipientId' | 'channel'>): string =>
  [key.targetId, key.recipientId, key.channel].join('|');

export function startOf(model: LifeModel, target: ModelTarget): string {
  if (target.startedAs !== null) return target.startedAs;
  const runAt = model.stages[target.stage]?.runAt ?? '';
  return target.notBefore > runAt ? target.notBefore : runAt;
}

export function see(model: LifeModel, event: ActionEvent): void {
  if (seeNotice(model, event)) return;
  seeTarget(model, event);
  const before = model.status;
  const after = statusAfter(model, event);
  if (after === null) return;
  model.status = after;
  assert.ok(
    drawn.action(before, event.type, after),
    `action: ${before} -> ${after} by ${event.type} is not drawn`,
  );
}

function statusAfter(model: LifeModel, event: ActionEvent): string | null {
  const live = () => (model.stages.some(({ isOpen }) => isOpen) ? 'running' : 'scheduled');
  switch (event.type) {
    case 'TargetsEnrolled':
      return model.status === '[*]' ? 'enrolling' : null;
    case 'ActionScheduled':
      return 'scheduled';
    case 'ActionRescheduled':
      return model.status;
    case 'ActionPaused':
      model.isPaused = true;
      return 'paused';
    case 'ActionResumed':
      model.isPaused = false;
      return live();
    case 'ActionCancelled':
      model.isCancelled = true;
      return 'cancelling';
    case 'ActionReopened':
      model.isPaused = false;
      return live();
    case 'ActionEnded':
      return event.data.status;
    case 'StageOpened':
      return model.status === 'running' ? null : 'running';
    default:
      return null;
  }
}

function moveTarget(
  model: LifeModel,
  targetId: string,
  { type }: ActionEvent,
  to: ModelTarget['status'],
): ModelTarget {
  const target = model.targets.get(targetId);
  assert.ok(target, `no target ${targetId}`);
  const from = target.status;
  assert.ok(drawn.target(from, type, to), `target: ${from} -> ${to} by ${type} is not drawn`);
  target.status = to;
  if (to === 'pending') target.startedAs = null;
  return target;
}

function seeTarget(model: LifeModel, event: ActionEvent): void {
  switch (event.type) {
    case 'TargetsEnrolled':
      for (const { targetId, stage } of event.data.targets) enrol(model, targetId, stage);
      return;
    case 'ActionScheduled':
      model.stages.push(...event.data.stages.map(({ runAt }) => ({ runAt, isOpen: false })));
      return;
    case 'ActionRescheduled':
    case 'ActionResumed':
      for (const { stage, runAt } of event.data.stages) stageIn(model, stage).runAt = runAt;
      return;
    case 'StageOpened': {
      const stage = stageIn(model, event.data.stage);
      assert.ok(!stage.isOpen && event.data.at >= stage.runAt, 'a stage opens once, never early');
      stage.isOpen = true;
      return;
    }
    case 'ActionCancelled':
      for (const [targetId, target] of model.targets) {
        if (target.status === 'pending') moveTarget(model, targetId, event, 'cancelled');
        if (target.status === 'running') target.isCalledOff = true;
      }
      return;
    case 'TargetCancelled': {
      const to = event.data.while === 'pending' ? 'cancelled' : 'running';
      moveTarget(model, event.data.targetId, event, to).isCalledOff = true;
      return;
    }
    case 'TargetsReopened':
      for (const targetId of event.data.targetIds) {
        const target = moveTarget(model, targetId, event, 'pending');
        target.notBefore = event.data.notBefore;
        target.retryAt = '';
        target.life += 1;
      }
      return;
    default:
      seeClaim(model, event);
  }
}

function enrol(model: LifeModel, targetId: string, stage: number): void {
  const unset = { isCalledOff: false, endedCalledOff: false, notBefore: '', retryAt: '' };
  const fresh = { ...unset, fence: 0, startedAs: null, life: 0 };
  model.targets.set(targetId, { status: 'pending', stage, ...fresh });
}

function stageIn(model: LifeModel, stage: number): { runAt: string; isOpen: boolean } {
  const found = model.stages[stage];
  assert.ok(found, `no stage ${String(stage)}`);
  return found;
}

function seeClaim(model: LifeModel, event: ActionEvent): void {
  switch (event.type) {
    case 'TargetClaimed':
      claim(model, event);
      return;
    case 'WorkAccepted':
      moveTarget(model, event.data.targetId, event, 'running');
      return;
    case 'AttemptFailed':
    case 'ClaimExpired': {
      const { targetId, retryAt } = event.data;
      if (retryAt === null) return;
      const target = moveTarget(model, targetId, event, 'pending');
      assert.ok(!target.isCalledOff, 'what was called off is not tried again');
      target.retryAt = retryAt;
      return;
    }
    case 'OutcomeRecorded': {
      const { targetId, outcome, fence } = event.data;
      const target = moveTarget(model, targetId, event, outcome);
      assert.equal(fence, target.fence, 'only the open claim ends');
      assert.ok(event.data.claimedAt >= event.data.scheduledAt, 'claimed early');
      target.endedCalledOff = target.isCalledOff;
      return;
    }
    default:
  }
}

function claim(model: LifeModel, event: Extract<ActionEvent, { type: 'TargetClaimed' }>): void {
  const { targetId, fence, at } = event.data;
  const waiting = model.targets.get(targetId);
  assert.ok(waiting?.status === 'pending' && !model.isCancelled && !model.isPaused, 'claimable');
  assert.ok(model.stages[waiting.stage]?.isOpen, 'claimed before its stage opened');
  const start = startOf(model, waiting);
  assert.ok(at >= start && at >= waiting.retryAt, 'claimed early');
  assert.ok(fence > waiting.fence, 'a fence only grows');
  moveTarget(model, targetId, event, 'running');
  Object.assign(waiting, { fence, startedAs: start });
}

function laneOf(model: LifeModel, key: DispatchKey): ModelLane {
  const lane = model.lanes.get(laneText(key)) ?? { wasTold: false, closedLife: null };
  model.lanes.set(laneText(key), lane);
  return lane;
}

/** Answers whether it was an event about a notice. */
function seeNotice(model: LifeModel, event: ActionEvent): boolean {
  switch (event.type) {
    case 'NoticeDue': {
      const { targetId, revision, lead, startsAt, dispatches } = event.data;
      for (const addressee of dispatches) {
        queue(model, { ...addressee, targetId, kind: 'notice', revision, lead }, startsAt, event);
      }
      return true;
    }
    case 'CancellationQueued': {
      const lane = laneOf(model, { ...event.data, kind: 'cancelled' });
      assert.ok(lane.wasTold, 'a cancellation goes only to those who were told');
      queueClosing(model, { ...event.data, kind: 'cancelled' }, event);
      return true;
    }
    case 'FollowUpQueued':
      if (event.data.kind === 'rescheduled') queue(model, event.data, event.data.startsAt, event);
      else queueClosing(model, event.data, event);
      return true;
    default:
      return seeDispatchEnd(model, event);
  }
}

function queueClosing(model: LifeModel, key: DispatchKey, event: ActionEvent): void {
  const life = model.targets.get(key.targetId)?.life;
  assert.notEqual(laneOf(model, key).closedLife, life, 'two closing messages, nothing between');
  queue(model, key, null, event);
}

function queue(
  model: LifeModel,
  from: DispatchKey,
  startsAt: string | null,
  event: ActionEvent,
): void {
  const { targetId, recipientId, channel, kind, revision, lead } = from;
  const key: DispatchKey = { targetId, recipientId, channel, kind, revision, lead };
  const text = dispatchKeyText(key);
  assert.ok(!model.dispatches.has(text), `${text} was queued before, now by ${event.type}`);
  const life = model.targets.get(targetId)?.life ?? 0;
  model.dispatches.set(text, { key, status: 'pending', endReason: null, startsAt, life });
}

const STATUS_AFTER: Readonly<Record<string, string>> = {
  NoticeDeferred: 'deferred',
  NoticeAttemptFailed: 'pending',
  NoticeSent: 'sent',
  NoticeFailed: 'failed',
  NoticeUncertain: 'uncertain',
  NoticeSuppressed: 'suppressed',
  NoticeExpired: 'expired',
  NoticeDead: 'dead',
  NoticeRequeued: 'pending',
};

function seeDispatchEnd(model: LifeModel, event: ActionEvent): boolean {
  const to = STATUS_AFTER[event.type];
  if (to === undefined) return false;
  const key = event.data as DispatchKey & { readonly reason?: string };
  const dispatch = model.dispatches.get(dispatchKeyText(key));
  assert.ok(dispatch, `${dispatchKeyText(key)} was never queued`);
  const from = dispatch.status;
  const step = `dispatch: ${from} -> ${to} by ${event.type}`;
  assert.ok(drawn.dispatch(from, event.type, to), `${step} is not drawn`);
  dispatch.status = to;
  dispatch.endReason = key.reason ?? null;
  if (to === 'sent' || to === 'uncertain') heard(model, dispatch);
  return true;
}

function heard(model: LifeModel, { key, life }: ModelDispatch): void {
  const lane = laneOf(model, key);
  const isClosing = key.kind !== 'notice' && key.kind !== 'rescheduled';
  lane.wasTold ||= !isClosing;
  lane.closedLife = isClosing ? life : null;
}
