import type { AttemptResult, DispatchResult } from '../../src/domain/action/action.commands.js';
import { claimableWork } from '../../src/domain/action/claims.js';
import { noticeWork } from '../../src/domain/action/notices.js';
import { verdictOn } from '../../src/domain/action/verdict.js';
import { CAPABILITY, dispatchKeyText } from '../../src/domain/notice/dispatch.js';
import type { DispatchKey } from '../../src/domain/notice/dispatch.js';
import { toInstant } from '../../src/domain/shared/instant.js';
import { arrive, nowOf, run } from './action-world.js';
import type { Flight, World } from './action-world.js';
import { laneText } from './life-model.js';

/** How often a step is drawn, where not once: ends and edits are rare beside the work that they interrupt. */
export const WEIGHTS: Readonly<Record<string, number>> = {
  warn: 6,
  start: 5,
  outcome: 6,
  relay: 5,
  land: 5,
  relayAll: 3,
  queueFollowUps: 5,
  openNotices: 2,
  reschedule: 3,
  pause: 2,
  resume: 3,
  wait: 3,
  retryFailed: 3,
  lateEvidence: 2,
};

/** Free choices of one step; what they mean depends on the step and on what is there to choose from. */
export interface Dice {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

type Step = (world: World, dice: Dice) => void;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const JUMPS_MS = [1, 20_000, MINUTE_MS, 4 * MINUTE_MS, 6 * MINUTE_MS, HOUR_MS, 11 * HOUR_MS];
const SHIFTS_MS = [0, -HOUR_MS, 4 * MINUTE_MS, 6 * MINUTE_MS, 26 * HOUR_MS];

const pick = <Item>(items: readonly Item[], die: number): Item | undefined =>
  items[die % Math.max(1, items.length)];

const edit = (world: World, { c }: Dice) =>
  ({
    now: nowOf(world),
    ifVersion: c % 5 === 0 ? world.state.editVersion : '*',
    reason: null,
  }) as const;

export const STEPS = {
  wait: (world, { a }) => {
    world.nowMs += pick(JUMPS_MS, a) ?? 0;
  },
  /** Straight to the start of a stage, which random jumps rarely hit. */
  waitForStage: (world, { a, b }) => {
    const runAt = Date.parse(pick(world.state.stages, a)?.runAt ?? nowOf(world));
    world.nowMs = Math.max(world.nowMs, runAt - (pick([HOUR_MS, 1, 0, -1], b) ?? 0));
  },
  reschedule: (world, dice) => {
    const shiftMs = pick(SHIFTS_MS, dice.b) ?? 0;
    const stages = world.state.stages
      .filter(({ openedAt, stage }) => openedAt === null && (dice.a & (1 << stage)) !== 0)
      .map(({ stage, runAt }) => ({ stage, runAt: toInstant(Date.parse(runAt) + shiftMs) }));
    run(world, { type: 'RescheduleAction', ...edit(world, dice), stages, leadMinMs: MINUTE_MS });
  },
  runNow: (world, dice) => void run(world, { type: 'RunNow', ...edit(world, dice) }),
  pause: (world, dice) => void run(world, { type: 'PauseAction', ...edit(world, dice) }),
  resume: (world, dice) => void run(world, { type: 'ResumeAction', ...edit(world, dice) }),
  cancel: (world, dice) => void run(world, { type: 'CancelAction', ...edit(world, dice) }),
  cancelTarget: (world, dice) => {
    const targetId = pick([...world.model.targets.keys()], dice.a) ?? 'none';
    run(world, { type: 'CancelTarget', ...edit(world, dice), targetId });
  },
  retryFailed: (world, dice) => {
    const notBefore = toInstant(world.nowMs + (pick([0, HOUR_MS, -HOUR_MS], dice.a) ?? 0));
    run(world, { type: 'RetryFailed', ...edit(world, dice), notBefore });
  },
  openStage: (world, { a }) =>
    void run(world, { type: 'OpenStage', stage: a % 3, now: nowOf(world) }),
  claim: (world, { a }) => {
    const work = claimableWork(world.state, nowOf(world), 1 + (a % 3));
    const targetIds = work.kind === 'claimable' ? work.targetIds : [];
    claim(world, targetIds, a % 2 === 0 ? 'one' : 'two');
  },
  /** Whoever asks for anything, twice in one breath, and with a fence that may be old. */
  claimWildly: (world, { a, b }) => {
    const targetId = pick([...world.model.targets.keys()], a) ?? 'none';
    const claims = [
      { targetId, fence: b % 20 },
      { targetId, fence: world.nextFence++ },
    ];
    const wild = [...claims, { targetId, fence: world.nextFence++ }];
    run(world, { type: 'ClaimTargets', holder: 'wild', claims: wild, now: nowOf(world) });
  },
  accept: (world, { a }) => {
    const claimed = pick(running(world), a);
    if (claimed) run(world, { type: 'AcceptWork', ...claimed, now: nowOf(world) });
  },
  outcome: (world, { a, b, c }) => {
    const claimed = pick(running(world), a);
    if (!claimed) return;
    const result = resultOf(claimed, b);
    const now = nowOf(world);
    if (c % 2 === 0) run(world, { type: 'RecordOutcome', result, now });
    else run(world, { type: 'RecordOutcomes', results: everyResult(world, result, c), now });
  },
  expire: (world, { a }) => {
    const claims = running(world).slice(a % 2);
    const twice = [...claims, ...claims];
    run(world, { type: 'ExpireClaims', claims: twice, now: nowOf(world) });
  },
  /** A day like most: the lead opens, the notices go out. */
  warn: (world, { a }) => {
    const stage = pick(world.state.stages, a);
    const opensMs = Date.parse(stage?.runAt ?? nowOf(world)) - 24 * HOUR_MS;
    world.nowMs = Math.max(world.nowMs, opensMs);
    if (stage !== undefined) openNotices(world, stage.stage, 9);
    STEPS.relayAll(world);
  },
  /** The time of a stage comes, and all that may be claimed is. */
  start: (world, { a, b }) => {
    const stage = pick(world.state.stages, a);
    if (stage === undefined) return;
    world.nowMs = Math.max(world.nowMs, Date.parse(stage.runAt) + (b % 2) * MINUTE_MS);
    run(world, { type: 'OpenStage', stage: stage.stage, now: nowOf(world) });
    const work = claimableWork(world.state, nowOf(world), 1 + (b % 4));
    claim(world, work.kind === 'claimable' ? work.targetIds : [], 'one');
  },
  openNotices: (world, { a, b }) => void openNotices(world, a % 3, 1 + (b % 3)),
  queueFollowUps: (world) => void run(world, { type: 'QueueFollowUps', now: nowOf(world) }),
  relay: (world, { a }) => {
    const flight = takeOff(world, a);
    if (flight !== null) world.flights.push(flight);
  },
  relayAll: (world: World) => {
    let flight = takeOff(world, 0);
    while (flight !== null) {
      record(world, { ...flight.key, result: 'sent', attempt: flight.attempt, envelopeId: 'e' });
      arrive(world, flight.key);
      flight = takeOff(world, 0);
    }
  },
  land: (world, { a, b }) => {
    const flight = pick(world.flights, a);
    if (flight === undefined) return;
    world.flights.splice(world.flights.indexOf(flight), 1);
    land(world, flight, b);
  },
  loseRelay: (world, { a }) => {
    const flight = pick(world.flights, a);
    if (flight !== undefined) flight.isLost = true;
  },
  lateEvidence: (world, { a }) => {
    const flight = pick(world.evidence, a);
    if (flight !== undefined) learn(world, flight);
  },
  requeue: (world, { a }) => {
    const dispatch = pick([...world.model.dispatches.values()], a);
    if (dispatch) run(world, { type: 'RequeueNotice', key: dispatch.key, now: nowOf(world) });
  },
} as const satisfies Record<string, Step>;

const running = ({ state, model }: World) =>
  [...model.targets].flatMap(([targetId, { status, fence }]) =>
    status === 'running' && state.life === 'live' ? [{ targetId, fence }] : [],
  );

export function claim(world: World, targetIds: readonly string[], holder: string): number {
  const claims = targetIds.map((targetId) => ({ targetId, fence: world.nextFence++ }));
  return run(world, { type: 'ClaimTargets', holder, claims, now: nowOf(world) });
}

const resultOf = (claimed: { targetId: string; fence: number }, die: number): AttemptResult => {
  const outcome = pick(['applied', 'skipped', 'failed', 'failed'] as const, die) ?? 'applied';
  const reason = outcome === 'applied' ? null : outcome === 'skipped' ? 'pinned' : 'refused';
  return { ...claimed, outcome, reason, retryable: die % 4 === 3, startedAt: null };
};

/** The result among stale ones and its own repetition. */
const everyResult = (world: World, result: AttemptResult, die: number) => [
  { ...result, fence: result.fence - 1 },
  result,
  result,
  ...running(world)
    .filter(({ targetId }) => targetId !== result.targetId)
    .map((claimed) => resultOf(claimed, die >> 1)),
];

export function openNotices(world: World, stage: number, limit: number): number {
  const work = noticeWork(world.state, stage, nowOf(world), limit);
  if (work.kind !== 'due') return 0;
  const addressees = work.targetIds.map((targetId) => ({
    targetId,
    recipientIds: world.recipientsOf.get(targetId) ?? [],
  }));
  const { lead } = work;
  const missingRecipientIds = world.missing;
  const now = nowOf(world);
  return run(world, { type: 'OpenNotices', stage, lead, addressees, missingRecipientIds, now });
}

const record = (world: World, result: DispatchResult) =>
  run(world, { type: 'RecordDispatches', results: [result], now: nowOf(world) });

/** Begins a send, if the verdict allows one; reports a row that may not leave. Null when nothing could begin. */
export function takeOff(world: World, die: number): Flight | null {
  const open = [...world.model.dispatches.values()].filter(
    ({ key, status }) => isOpen(status) && !isBusy(world, key),
  );
  const from = die % Math.max(1, open.length);
  for (const { key } of [...open.slice(from), ...open.slice(0, from)]) {
    const text = dispatchKeyText(key);
    const attempt = (world.attempts.get(text) ?? 0) + 1;
    if (verdictOn(world.state, key, nowOf(world)).kind === 'send') {
      world.attempts.set(text, attempt);
      return { key, attempt, isLost: false, hasArrived: false };
    }
    record(world, { ...key, result: 'not_sent', attempt });
  }
  return null;
}

const isOpen = (status: string): boolean => status === 'pending' || status === 'deferred';

const isBusy = ({ flights }: World, key: DispatchKey): boolean =>
  flights.some(
    (flight) =>
      dispatchKeyText(flight.key) === dispatchKeyText(key) ||
      (!flight.isLost && laneText(flight.key) === laneText(key)),
  );

const ENDINGS = [
  'sent',
  'sent',
  'sent',
  'broken',
  'failed',
  'refused',
  'dead',
  'none',
  'uncertain',
];

export function land(world: World, flight: Flight, die: number): void {
  const { key, attempt } = flight;
  const ending = pick([...ENDINGS, 'resend'], die);
  const didArrive = die % 20 >= 10;
  const retryAt = toInstant(world.nowMs + 1000);
  const failure = { failureClass: 'timeout', error: 'timeout', retryAt } as const;
  const isKeyed = CAPABILITY[key.channel] === 'keyed';
  switch (ending) {
    case 'sent':
      sent(world, flight);
      return;
    case 'broken':
      if (!isKeyed) {
        // Without a key to repeat it under, this is an uncertain end.
        land(world, flight, didArrive ? 18 : 8);
        return;
      }
      if (didArrive) arrive(world, key);
      record(world, { ...key, result: 'attempt_failed', attempt, ambiguous: true, ...failure });
      return;
    case 'failed':
      record(world, { ...key, result: 'attempt_failed', attempt, ambiguous: false, ...failure });
      return;
    case 'refused':
    case 'dead':
      // Reported as failed while the call of a lost relay goes on: it arrives when the evidence does.
      record(world, { ...key, result: ending, attempt, reason: 'no' });
      if (didArrive) world.evidence.push(flight);
      return;
    case 'none':
      record(world, { ...key, result: 'suppressed', reason: 'no_subscription' });
      return;
    default: {
      if (didArrive) arrive(world, key);
      const then = ending === 'resend' ? 'resend' : 'hold';
      record(world, { ...key, result: 'uncertain', attempt, reason: 'lost', then });
      if (didArrive) world.evidence.push({ ...flight, hasArrived: true });
    }
  }
}

export function sent(world: World, { key, attempt }: Flight): void {
  arrive(world, key);
  record(world, { ...key, result: 'sent', attempt, envelopeId: `e-${dispatchKeyText(key)}` });
}

export function learn(world: World, flight: Flight): void {
  world.evidence.splice(world.evidence.indexOf(flight), 1);
  const { key, attempt, hasArrived } = flight;
  if (!hasArrived) arrive(world, key);
  record(world, { ...key, result: 'sent', attempt, envelopeId: `e-${dispatchKeyText(key)}` });
}
