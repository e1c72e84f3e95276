import * as fc from 'fast-check';

import type { RecordedEvent } from '../../src/application/ports/event-store.port.js';
import type { ActionEvent, OutcomeKind } from '../../src/domain/action/action.events.js';
import { evolveAction } from '../../src/domain/action/action.evolve.js';
import { initialActionState } from '../../src/domain/action/action.state.js';
import type { ActionState, TargetState } from '../../src/domain/action/action.state.js';
import { withEnding } from '../../src/domain/action/ending.js';
import { itemsFrom } from '../../src/domain/shared/chunked-list.js';
import { toInstant } from '../../src/domain/shared/instant.js';
import { Dice, later, targetsIn } from './random-dice.js';
import type { Step } from './random-dice.js';
import { correction, notice, settleDispatch } from './random-dispatches.js';
import { recordedEvent } from './recorded-events.js';

/** A log of interleaved actions whose events keep to the life cycles of `docs/events.md`. */
export const randomLog = ({ steps = 120, actions = 3 } = {}): fc.Arbitrary<RandomLog> =>
  fc
    .array(fc.tuple(fc.nat(actions - 1), fc.nat(1_000_000)), {
      minLength: 5,
      maxLength: steps,
      size: 'max',
    })
    .map((choices) => buildLog(choices));

export interface RandomLog {
  readonly events: readonly RecordedEvent[];
  /** What each action is after all of its events. */
  readonly states: ReadonlyMap<string, ActionState>;
}

const STAGES = 2;
const START = Date.parse('2030-01-01T00:00:00.000Z');

function buildLog(choices: readonly (readonly [number, number])[]): RandomLog {
  const states = new Map<string, ActionState>();
  const versions = new Map<string, number>();
  const events: RecordedEvent[] = [];
  for (const [index, [actionNo, seed]] of choices.entries()) {
    const actionId = `a${String(actionNo)}`;
    const before = states.get(actionId) ?? initialActionState;
    const at = toInstant(START + index * 1_000);
    const added = withEnding(before, nextEvents(actionId, before, new Dice(seed, at)), at);
    states.set(actionId, added.reduce(evolveAction, before));
    for (const event of added) {
      const version = (versions.get(actionId) ?? -1) + 1;
      versions.set(actionId, version);
      // Holes, as rolled back appends leave them.
      const position = (events.at(-1)?.position ?? 0n) + 1n + BigInt(seed % 2);
      events.push(recordedEvent(event, { streamId: `action-${actionId}`, version, position }));
    }
  }
  return { events, states };
}

function nextEvents(actionId: string, state: ActionState, dice: Dice): readonly ActionEvent[] {
  if (state.life === 'absent') return [enrolment(state, dice)];
  if (state.life === 'enrolling') return enrolmentGoesOn(actionId, state, dice);
  if (state.life === 'abandoned') return [];
  const steps = state.life === 'live' ? LIVE_STEPS : ENDED_STEPS;
  for (let tries = 0; tries < 8; tries += 1) {
    const made = dice.pick(steps)?.(state, dice) ?? [];
    if (made.length > 0) return made;
  }
  return [];
}

function enrolmentGoesOn(actionId: string, state: ActionState, dice: Dice): readonly ActionEvent[] {
  const roll = dice.below(10);
  if (roll < 3) return [enrolment(state, dice)];
  return roll < 9 ? [schedule(actionId, state, dice)] : [abandonment(dice)];
}

const enrolment = (state: ActionState, dice: Dice): ActionEvent => ({
  type: 'TargetsEnrolled',
  data: {
    targets: Array.from({ length: 1 + dice.below(3) }, (_, index) => ({
      targetId: `t${String(state.targets.size + index)}`,
      // Ordered by stage: what is enrolled first runs first.
      stage: state.targets.size === 0 ? 0 : STAGES - 1,
      ownerId: dice.pick(['ann', 'bob', null]) ?? null,
      sourceVersion: dice.pick(['1.0', null]) ?? null,
    })),
  },
});

const abandonment = ({ at }: Dice): ActionEvent => ({ type: 'EnrolmentAbandoned', data: { at } });

function schedule(actionId: string, state: ActionState, { at }: Dice): ActionEvent {
  const targets = [...itemsFrom(state.targets)];
  return {
    type: 'ActionScheduled',
    data: {
      actionId,
      parameters: { type: 'restart' },
      stages: Array.from({ length: STAGES }, (_, stage) => ({
        stage,
        runAt: later(at, 60 * (stage + 1)),
        targetCount: targets.filter((target) => target.stage === stage).length,
      })),
      zone: 'UTC',
      notice: null,
      execution: {
        leaseMs: 1_000,
        attemptsMax: 3,
        retryDelayMs: 100,
        onExpiry: 'retry',
        confirmMs: 1_000,
      },
      reason: null,
      destroyedTargetIds: [],
      at,
    },
  };
}

const runningTarget: (state: ActionState, dice: Dice) => TargetState | undefined = (state, dice) =>
  dice.pick(targetsIn(state, 'running'));

const retime: Step = (state, dice) => {
  const { at } = dice;
  const stages = state.stages
    .filter(({ openedAt }) => openedAt === null)
    .map(({ stage }) => ({ stage, runAt: later(at, 60 + dice.below(600)) }));
  if (state.cancelledAt !== null || stages.length === 0) return [];
  const revision = state.revision + 1;
  return state.pausedAt !== null && dice.below(2) === 0
    ? [{ type: 'ActionResumed', data: { stages, revision, at } }]
    : [
        {
          type: 'ActionRescheduled',
          data: { cause: 'reschedule', stages, revision, reason: null, at },
        },
      ];
};

const pause: Step = (state, { at }) => {
  if (state.cancelledAt !== null) return [];
  return state.pausedAt === null
    ? [{ type: 'ActionPaused', data: { reason: null, at } }]
    : [{ type: 'ActionResumed', data: { stages: [], revision: state.revision, at } }];
};

const cancel: Step = (state, dice) => {
  const { pending: pendingCount, running: runningCount } = state.counters;
  if (state.cancelledAt !== null || dice.below(4) > 0) return [];
  return [
    { type: 'ActionCancelled', data: { pendingCount, runningCount, reason: null, at: dice.at } },
  ];
};

const cancelTarget: Step = (state, dice) => {
  const target = dice.pick(
    targetsIn(state, 'pending', 'running').filter(({ calledOffAt }) => calledOffAt === null),
  );
  if (target === undefined || state.cancelledAt !== null) return [];
  const was = target.status === 'running' ? 'running' : 'pending';
  const { targetId } = target;
  return [{ type: 'TargetCancelled', data: { targetId, while: was, reason: null, at: dice.at } }];
};

const openStage: Step = (state, { at }) => {
  const stage = state.stages.find(({ openedAt }) => openedAt === null);
  if (stage === undefined || state.cancelledAt !== null || state.pausedAt !== null) return [];
  return [{ type: 'StageOpened', data: { stage: stage.stage, runAt: stage.runAt, at } }];
};

const isOpen = ({ stages }: ActionState, stage: number): boolean =>
  (stages[stage]?.openedAt ?? null) !== null;

const claim: Step = (state, dice) => {
  const { at } = dice;
  if (state.cancelledAt !== null || state.pausedAt !== null) return [];
  const target = dice.pick(targetsIn(state, 'pending').filter(({ stage }) => isOpen(state, stage)));
  if (target === undefined) return [];
  const { targetId, attempts, fence } = target;
  return [
    {
      type: 'TargetClaimed',
      data: {
        targetId,
        fence: fence + 1 + dice.below(5),
        attempt: attempts + 1,
        holder: 'executor-1',
        leaseMs: 1_000,
        at,
      },
    },
  ];
};

const acceptWork: Step = (state, dice) => {
  const target = runningTarget(state, dice);
  if (target === undefined) return [];
  const { targetId, fence } = target;
  return [{ type: 'WorkAccepted', data: { targetId, fence, leaseMs: 1_000, at: dice.at } }];
};

const failAttempt: Step = (state, dice) => {
  const { at } = dice;
  const target = runningTarget(state, dice);
  if (target === undefined || state.cancelledAt !== null || target.calledOffAt !== null) return [];
  const { targetId, fence, attempts: attempt } = target;
  const retryAt = later(at, 5);
  return dice.below(2) === 0
    ? [
        {
          type: 'AttemptFailed',
          data: { targetId, fence, attempt, reason: 'executor_refused', retryAt, at },
        },
      ]
    : [{ type: 'ClaimExpired', data: { targetId, fence, retryAt, at } }];
};

const promisedTime = ({ stages }: ActionState, target: TargetState, fallback: string): string =>
  target.notBefore ?? stages[target.stage]?.runAt ?? fallback;

const outcome: Step = (state, dice) => {
  const { at } = dice;
  const target = runningTarget(state, dice);
  if (target === undefined) return [];
  const { targetId, fence } = target;
  const result = dice.pick<OutcomeKind>(['applied', 'applied', 'skipped', 'failed']) ?? 'applied';
  const recorded: ActionEvent = {
    type: 'OutcomeRecorded',
    data: {
      targetId,
      fence,
      outcome: result,
      reason: result === 'applied' ? null : 'because',
      scheduledAt: promisedTime(state, target, at),
      claimedAt: target.claim?.claimedAt ?? at,
      startedAt: dice.pick([at, null]) ?? null,
      at,
    },
  };
  return result === 'failed' && dice.below(2) === 0
    ? [{ type: 'ClaimExpired', data: { targetId, fence, retryAt: null, at } }, recorded]
    : [recorded];
};

const reopen: Step = (state, dice) => {
  const failed = targetsIn(state, 'failed').filter(({ calledOffAt }) => calledOffAt === null);
  if (state.cancelledAt !== null || failed.length === 0) return [];
  const { at } = dice;
  const targetIds = failed.map(({ targetId }) => targetId);
  const reopened: ActionEvent = {
    type: 'TargetsReopened',
    data: { targetIds, notBefore: later(at, 60), revision: state.revision + 1, at },
  };
  return state.life === 'ended' ? [reopened, { type: 'ActionReopened', data: { at } }] : [reopened];
};

const LIVE_STEPS: readonly Step[] = [
  retime,
  pause,
  cancel,
  cancelTarget,
  openStage,
  openStage,
  claim,
  claim,
  claim,
  acceptWork,
  failAttempt,
  outcome,
  outcome,
  notice,
  notice,
  settleDispatch,
  settleDispatch,
  correction,
  reopen,
];

const ENDED_STEPS: readonly Step[] = [settleDispatch, correction, reopen];
