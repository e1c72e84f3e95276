import { Injectable } from '@nestjs/common';

import { applyAt, findTarget } from '../../domain/action/action.state.js';
import type { ActionState } from '../../domain/action/action.state.js';
import { assertNever } from '../../domain/shared/decider.js';
import { toEpochMs, toInstant } from '../../domain/shared/instant.js';
import type { Instant } from '../../domain/shared/instant.js';
import { actionIdOf } from '../action/action-stream.js';
import { Clock } from '../ports/clock.port.js';
import { Executor } from '../ports/executor.port.js';
import type { ExecutorAnswer, WorkOrder } from '../ports/executor.port.js';
import { Journal } from '../ports/journal.port.js';
import { endsWithin } from '../shared/ends-within.js';
import { uuidV5 } from '../shared/uuid-v5.js';
import { OutcomeRecorder } from './outcome-recorder.js';
import { WorkGuard } from './work-guard.js';
import type { Claimed, GuardedClaim, GuardedClaims } from './work-guard.js';

/** Namespace of work ids: the executor's idempotency key follows from the claim. */
const WORK_IDS = '3f6d7f0c-1c3c-5c4e-8e52-7f4bb02b0a63';

export abstract class CrewSize {
  /** How many calls of the executor may be under way at once in this process. */
  abstract readonly concurrency: number;
}

/** An executor that does not break off at once when it is told to is left behind. */
const BREAK_OFF_MS = 2_000;

/** Calls the executor for claimed targets: so many at once, each on its own, none able to stop another (C7). */
@Injectable()
export class WorkCrew {
  private busy = 0;
  private isStopping = false;
  private readonly stopping = new AbortController();
  private readonly underway = new Set<Promise<void>>();
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly guard: WorkGuard,
    private readonly executor: Executor,
    private readonly recorder: OutcomeRecorder,
    private readonly clock: Clock,
    private readonly journal: Journal,
    private readonly size: CrewSize,
  ) {}

  get free(): number {
    return this.isStopping ? 0 : Math.max(0, this.size.concurrency - this.busy);
  }

  /** Sets places aside for claims that are about to be made, so that nobody claims more than there is time for. */
  reserve(placesMax: number): number {
    const places = Math.min(placesMax, this.free);
    this.busy += places;
    return places;
  }

  /** Places for which there was nothing to claim. */
  giveBack(places: number): void {
    this.busy -= places;
    if (this.free > 0) this.wakeAll();
  }

  /** Waits until somebody of the crew has time, for at most `ms`. Answers whether anybody has. */
  async freed(ms: number): Promise<boolean> {
    if (this.free === 0 && !this.isStopping) {
      let wake: () => void = () => undefined;
      const woken = new Promise<void>((resolve) => (wake = resolve));
      this.waiting.add(wake);
      await endsWithin(woken, ms);
      this.waiting.delete(wake);
    }
    return this.free > 0;
  }

  /** Takes on claims for which places were reserved. Answers at once; the outcomes go to the log. */
  take(streamId: string, claims: readonly Claimed[]): void {
    const job = this.workOn(streamId, claims);
    this.underway.add(job);
    void job.finally(() => this.underway.delete(job));
  }

  /** Waits for what is under way; calls that take longer than `graceMs` are broken off and left to their leases. */
  async stop(graceMs: number): Promise<void> {
    this.isStopping = true;
    this.wakeAll();
    const ended = this.allEnded();
    if (!(await endsWithin(ended, graceMs))) {
      this.stopping.abort();
      this.recorder.breakOff();
      await endsWithin(ended, BREAK_OFF_MS);
    }
    this.stopping.abort();
  }

  private async allEnded(): Promise<void> {
    while (this.underway.size > 0) await Promise.allSettled(this.underway);
  }

  private async workOn(streamId: string, claims: readonly Claimed[]): Promise<void> {
    let checked: GuardedClaims;
    try {
      checked = await this.guard.check(streamId, claims);
    } catch (fault) {
      // Nothing was called: the leases run out and the targets come up again.
      this.journal.fault('executor', fault, { streamId });
      this.giveBack(claims.length);
      return;
    }
    await Promise.all(
      checked.guarded.map(async (claim) => {
        await this.finish(streamId, checked.state, claim).catch((fault: unknown) => {
          this.journal.fault('executor', fault, { streamId, targetId: claim.claim.targetId });
        });
        this.giveBack(1);
      }),
    );
  }

  private async finish(streamId: string, state: ActionState, guarded: GuardedClaim): Promise<void> {
    const { targetId, fence } = guarded.claim;
    switch (guarded.kind) {
      case 'lost':
        return;
      case 'unknown':
        throw guarded.fault;
      case 'ended': {
        const { outcome, reason } = guarded;
        const result = { targetId, fence, outcome, reason, retryable: false, startedAt: null };
        return this.recorder.record(streamId, result);
      }
      case 'go':
        return this.apply(streamId, state, guarded.claim);
      default:
        return assertNever(guarded);
    }
  }

  private async apply(streamId: string, state: ActionState, claim: Claimed): Promise<void> {
    const startedAt = toInstant(this.clock.now());
    const order = orderOf(streamId, state, claim);
    // Whoever comes too late may not be alone with the target any more.
    if (startedAt >= order.leaseUntil) {
      this.journal.note('executor', 'a lease ran out before the call', { streamId, ...claim });
      return;
    }
    // A signal of its own for each call, so that hundreds of them do not all listen to one.
    const signal = AbortSignal.any([this.stopping.signal]);
    const answer = await this.executor.apply(order, signal);
    await this.conclude(streamId, claim, answer, startedAt);
  }

  private async conclude(
    streamId: string,
    { targetId, fence }: Claimed,
    answer: ExecutorAnswer,
    startedAt: Instant,
  ): Promise<void> {
    const result = { targetId, fence, startedAt, retryable: false };
    switch (answer.kind) {
      case 'applied':
        return this.recorder.record(streamId, { ...result, outcome: 'applied', reason: null });
      case 'skipped':
        return this.recorder.record(streamId, {
          ...result,
          outcome: 'skipped',
          reason: answer.reason,
        });
      case 'failed': {
        const { reason, retryable } = answer;
        return this.recorder.record(streamId, { ...result, outcome: 'failed', reason, retryable });
      }
      case 'accepted':
        return this.recorder.accept(streamId, { targetId, fence });
      case 'unknown':
        // The effect may have happened: only the end of the lease decides.
        this.journal.note('executor', 'the call broke off', { streamId, targetId, ...answer });
        return;
      default:
        return assertNever(answer);
    }
  }

  private wakeAll(): void {
    for (const wake of this.waiting) wake();
  }
}

function orderOf(streamId: string, state: ActionState, claim: Claimed): WorkOrder {
  const { targetId, fence, attempt, leaseMs, at } = claim;
  const target = findTarget(state, targetId);
  const actionId = actionIdOf(streamId);
  const { type, ...parameters } = state.terms?.parameters ?? { type: 'restart' };
  return {
    workId: uuidV5(WORK_IDS, `${actionId}/${targetId}/${String(fence)}`),
    actionId,
    actionType: type,
    targetId,
    stage: target?.stage ?? 0,
    fence,
    attempt,
    parameters,
    sourceVersion: target?.sourceVersion ?? null,
    scheduledAt: target === null ? at : applyAt(state, target),
    leaseUntil: toInstant(toEpochMs(at) + leaseMs),
    correlationId: actionId,
  };
}
