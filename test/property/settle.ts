import assert from 'node:assert/strict';

import { verdictOn } from '../../src/domain/action/verdict.js';
import { NOTICE_KINDS, dispatchKeyText } from '../../src/domain/notice/dispatch.js';
import { learn, openNotices, sent, takeOff } from './action-steps.js';
import { nowOf, run, truthIn } from './action-world.js';
import type { Arrived, Truth, World } from './action-world.js';
import type { ModelDispatch } from './life-model.js';
import { laneText } from './life-model.js';

/** More rounds of suggested work than any small action can need: beyond this it would never end. */
const ROUNDS_MAX = 200;
const SHIFT_TOLERATED_MS = 5 * 60_000;

/** Lets everything that is under way come to its end, then checks what everybody believes. */
export function settle(world: World): void {
  for (const flight of world.flights.splice(0)) sent(world, flight);
  while (world.evidence[0] !== undefined) learn(world, world.evidence[0]);
  workToTheEnd(world);
  for (const { key } of world.model.dispatches.values()) {
    assert.notEqual(verdictOn(world.state, key, nowOf(world)).kind, 'send');
  }
  for (const lane of new Set(
    [...world.model.dispatches.values()].map(({ key }) => laneText(key)),
  )) {
    assertTruthful(world, lane);
  }
}

function workToTheEnd(world: World): void {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const before = world.log.length;
    for (const { stage } of world.state.stages) openNotices(world, stage, 2);
    run(world, { type: 'QueueFollowUps', now: nowOf(world) });
    const flight = takeOff(world, 0);
    if (flight !== null) sent(world, flight);
    if (world.log.length === before) return;
  }
  assert.fail('suggested work never ends');
}

function assertTruthful(world: World, lane: string): void {
  const last = world.arrived.get(lane)?.at(-1);
  const dispatches = [...world.model.dispatches.values()].filter(
    ({ key }) => laneText(key) === lane,
  );
  const targetId = dispatches[0]?.key.targetId;
  if (last === undefined || targetId === undefined) return;
  const truth = truthIn(world, targetId);
  const isTold = says(world, last, truth) || dispatches.some((one) => isReported(one, truth));
  const story = dispatches.map((one) => `${dispatchKeyText(one.key)} ${one.status}`).join(', ');
  const label = `${lane} believes ${JSON.stringify(last)}, but ${JSON.stringify(truth)}: ${story}`;
  assert.ok(isTold, label);
}

function says(world: World, { kind, startsAt }: Arrived, truth: Truth): boolean {
  const tellCompleted = world.state.terms?.notice?.tellCompleted === true;
  switch (truth.kind) {
    case 'called_off':
      return kind === 'cancelled';
    case 'failed':
      return kind === 'failed';
    case 'applied':
      if (tellCompleted) return kind === 'completed';
      return isStart(kind) && isNear(startsAt, truth.startsAt, world);
    default:
      return isStart(kind) && isNear(startsAt, truth.startsAt, world);
  }
}

const isStart = (kind: string): boolean => kind === 'notice' || kind === 'rescheduled';

function isNear(told: string | null, startsAt: string | null, { nowMs }: World): boolean {
  if (told === null) return startsAt === null;
  const shiftMs = (startsAt === null ? nowMs : Date.parse(startsAt)) - Date.parse(told);
  return (startsAt === null || shiftMs >= 0) && shiftMs <= SHIFT_TOLERATED_MS;
}

/** A message that says it was tried and could not be delivered for sure: operators see it. */
function isReported({ key, status, endReason, startsAt }: ModelDispatch, truth: Truth): boolean {
  const isWithdrawn = /before (notice|it) was dispatched/.test(endReason ?? '');
  if (!['failed', 'dead', 'uncertain', 'suppressed'].includes(status) || isWithdrawn) return false;
  const kinds = NOTICE_KINDS.filter((kind) => speaksOf(kind, truth));
  return (
    kinds.includes(key.kind) &&
    (!('startsAt' in truth) || startsAt === truth.startsAt || key.kind === 'completed')
  );
}

function speaksOf(kind: string, truth: Truth): boolean {
  if (truth.kind === 'called_off') return kind === 'cancelled';
  if (truth.kind === 'failed') return kind === 'failed';
  return isStart(kind) || (truth.kind === 'applied' && kind === 'completed');
}
