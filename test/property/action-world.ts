import assert from 'node:assert/strict';

import type { ActionCommand, ScheduleAction } from '../../src/domain/action/action.commands.js';
import { actionDecider } from '../../src/domain/action/action.decider.js';
import type { ActionEvent } from '../../src/domain/action/action.events.js';
import { actionStatus } from '../../src/domain/action/action.state.js';
import type { ActionState } from '../../src/domain/action/action.state.js';
import { verdictOn } from '../../src/domain/action/verdict.js';
import { CAPABILITY, dispatchKeyText } from '../../src/domain/notice/dispatch.js';
import type { DispatchKey, NoticeKind } from '../../src/domain/notice/dispatch.js';
import { toInstant } from '../../src/domain/shared/instant.js';
import { laneText, newLifeModel, see, startOf } from './life-model.js';
import type { LifeModel } from './life-model.js';

/** One append of a well-behaved background duty stays under this. */
export const EVENTS_PER_APPEND_MAX = 500;

/** A send that a relay has begun. */
export interface Flight {
  readonly key: DispatchKey;
  readonly attempt: number;
  /** Its lease ran out: the lane is free for others, though the call may still succeed. */
  isLost: boolean;
  hasArrived: boolean;
}

export interface Arrived {
  readonly kind: NoticeKind;
  readonly startsAt: string | null;
}

/** The action, its log, and the outside: a clock, relays on the wire, and what has reached each recipient. */
export interface World {
  nowMs: number;
  state: ActionState;
  readonly log: ActionEvent[];
  readonly model: LifeModel;
  readonly held: Set<string>;
  readonly flights: Flight[];
  readonly attempts: Map<string, number>;
  readonly arrived: Map<string, Arrived[]>;
  /** Reported otherwise, but it has arrived or is about to; some relay will learn of it. */
  readonly evidence: Flight[];
  readonly recipientsOf: ReadonlyMap<string, readonly string[]>;
  readonly missing: ReadonlySet<string>;
  nextFence: number;
}

export function newWorld(
  schedule: ScheduleAction,
  people: Pick<World, 'recipientsOf' | 'missing'>,
): World {
  const world: World = {
    ...people,
    nowMs: Date.parse(schedule.now),
    state: actionDecider.initialState,
    log: [],
    model: newLifeModel(),
    held: new Set(),
    flights: [],
    attempts: new Map(),
    arrived: new Map(),
    evidence: [],
    nextFence: 1,
  };
  run(world, schedule);
  return world;
}

export const nowOf = (world: World): string => toInstant(world.nowMs);

/** Decides, folds and checks one command; then decides it again, which must add nothing. Answers how many events. */
export function run(world: World, command: ActionCommand): number {
  const decision = actionDecider.decide(world.state, command);
  if (!decision.ok) return 0;
  assert.ok(decision.events.length <= EVENTS_PER_APPEND_MAX, 'one append stays small');
  for (const targetId of decision.reserve) {
    assert.ok(!world.held.has(targetId), `${targetId} is held already`);
    world.held.add(targetId);
  }
  for (const targetId of decision.release) {
    assert.ok(world.held.delete(targetId), `${targetId} is let go, but not held`);
  }
  for (const event of decision.events) append(world, event);
  checkAfter(world, command);
  return decision.events.length;
}

function append(world: World, event: ActionEvent): void {
  world.state = actionDecider.evolve(world.state, event);
  world.log.push(event);
  see(world.model, event);
  if (event.type === 'NoticeSent' && CAPABILITY[event.data.channel] === 'transactional') {
    assertMaySend(world, event.data);
    arrive(world, event.data);
  }
}

export function arrive(world: World, key: DispatchKey): void {
  const startsAt = world.model.dispatches.get(dispatchKeyText(key))?.startsAt ?? null;
  const messages = world.arrived.get(laneText(key)) ?? [];
  messages.push({ kind: key.kind, startsAt });
  world.arrived.set(laneText(key), messages);
}

function checkAfter(world: World, command: ActionCommand): void {
  assert.equal(actionStatus(world.state), world.model.status);
  checkCounters(world);
  for (const [targetId, { status }] of world.model.targets) {
    const isHeld = status === 'pending' || status === 'running';
    assert.equal(world.held.has(targetId), isHeld, `${targetId} is ${status}`);
  }
  for (const { key } of world.model.dispatches.values()) {
    if (verdictOn(world.state, key, nowOf(world)).kind === 'send') assertMaySend(world, key);
  }
  if (isResend(command)) return;
  const again = actionDecider.decide(world.state, command);
  assert.deepEqual(again.ok ? again.events : [], [], `${command.type} decided twice`);
}

/** A resend under the same key cannot be told from its first report; the command's id can. */
const isResend = (command: ActionCommand): boolean =>
  command.type === 'RecordDispatches' &&
  command.results.some((result) => result.result === 'uncertain' && result.then === 'resend');

function checkCounters({ state, model }: World): void {
  const { total, pending, running, applied, skipped, failed, cancelled } = state.counters;
  assert.equal(pending + running + applied + skipped + failed + cancelled, total);
  const counted = { pending: 0, running: 0, applied: 0, skipped: 0, failed: 0, cancelled: 0 };
  for (const { status } of model.targets.values()) counted[status] += 1;
  assert.deepEqual({ pending, running, applied, skipped, failed, cancelled }, counted);
}

/** What the world says, told without the aggregate's code. */
export type Truth =
  | { readonly kind: 'starts' | 'applied'; readonly startsAt: string | null }
  | { readonly kind: 'failed' | 'called_off' };

export function truthIn(world: World, targetId: string): Truth {
  const { model } = world;
  const target = model.targets.get(targetId);
  assert.ok(target);
  const startsAt = startOf(model, target);
  switch (target.status) {
    case 'cancelled':
    case 'skipped':
      return { kind: 'called_off' };
    case 'failed':
      return { kind: target.endedCalledOff ? 'called_off' : 'failed' };
    case 'applied':
      return { kind: 'applied', startsAt };
    case 'pending': {
      const isOverdue = model.isPaused && nowOf(world) >= startsAt;
      return { kind: 'starts', startsAt: isOverdue ? null : startsAt };
    }
    default:
      return { kind: 'starts', startsAt };
  }
}

function assertMaySend(world: World, key: DispatchKey): void {
  const target = world.model.targets.get(key.targetId);
  const dispatch = world.model.dispatches.get(dispatchKeyText(key));
  assert.ok(target && dispatch);
  const truth = truthIn(world, key.targetId);
  const label = `${dispatchKeyText(key)} may leave, but the truth is ${JSON.stringify(truth)}`;
  switch (key.kind) {
    case 'notice':
      assert.ok(target.status === 'pending' && !target.isCalledOff && !world.model.isPaused, label);
      assert.ok(nowOf(world) < startOf(world.model, target), `${label}: too late`);
      assert.equal(dispatch.startsAt, startOf(world.model, target), label);
      return;
    case 'rescheduled':
      assert.ok('startsAt' in truth && truth.startsAt === dispatch.startsAt, label);
      return;
    case 'cancelled':
      assert.equal(truth.kind, 'called_off', label);
      return;
    default:
      assert.equal(truth.kind, key.kind === 'completed' ? 'applied' : 'failed', label);
  }
}
