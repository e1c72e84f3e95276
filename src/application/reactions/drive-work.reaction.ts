import { Injectable } from '@nestjs/common';

import { actionDecider } from '../../domain/action/action.decider.js';
import type { TargetClaimed } from '../../domain/action/action.events.js';
import { claimableWork } from '../../domain/action/claims.js';
import { toEpochMs, toInstant } from '../../domain/shared/instant.js';
import { Clock } from '../ports/clock.port.js';
import { Leases } from '../ports/leases.port.js';
import type { Timer, TimerAnswer } from '../ports/timer-queue.port.js';
import { dutyContext } from '../shared/command-context.js';
import { CommandRunner } from '../shared/command-runner.js';
import { WorkCrew } from './work-crew.js';
import type { Claimed } from './work-guard.js';

const CLAIMS_PER_APPEND_MAX = 250;
/** One action drives for so long before others get their turn; its timer comes up again at once. */
const TURN_MS = 2_000;

export abstract class ClaimHolder {
  /** Names this process in claims. */
  abstract readonly name: string;
}

/** A stage has targets to apply: claims as many as the crew has time for (C1, C2). */
@Injectable()
export class DriveWorkReaction {
  constructor(
    private readonly runner: CommandRunner,
    private readonly leases: Leases,
    private readonly crew: WorkCrew,
    private readonly clock: Clock,
    private readonly holder: ClaimHolder,
  ) {}

  async react({ streamId }: Timer): Promise<TimerAnswer> {
    const endOfTurn = this.clock.monotonicMs() + TURN_MS;
    while (this.clock.monotonicMs() < endOfTurn) {
      if (this.crew.free === 0) break;
      const answer = await this.claimNext(streamId);
      if (answer !== null) return answer;
    }
    // The crew is busy, or the turn is over: go on as soon as somebody has time.
    await Promise.race([this.crew.freed(), untilTurnEnds(TURN_MS)]);
    return { kind: 'not_due_until', dueAt: this.clock.pessimisticNow() };
  }

  /** Answers null while there may be more to claim. */
  private async claimNext(streamId: string): Promise<TimerAnswer | null> {
    const context = dutyContext('executor');
    const state = await this.runner.look(actionDecider, streamId, context);
    const now = toInstant(this.clock.pessimisticNow());
    const limit = Math.min(CLAIMS_PER_APPEND_MAX, Math.max(1, this.crew.free));
    const work = claimableWork(state, now, limit);
    if (work.kind === 'nothing') return { kind: 'done' };
    if (work.kind === 'not_due_until') return { kind: work.kind, dueAt: toEpochMs(work.at) };
    const fences = await this.leases.nextFences(work.targetIds.length);
    const claims = work.targetIds.map((targetId, index) => ({
      targetId,
      fence: fences[index] ?? 0,
    }));
    const answer = await this.runner.run(
      actionDecider,
      streamId,
      { type: 'ClaimTargets', holder: this.holder.name, claims, now },
      context,
    );
    const claimed = answer.ok ? answer.events.filter(isClaim).map(({ data }) => data) : [];
    await this.begin(streamId, claimed);
    return null;
  }

  private async begin(streamId: string, claimed: readonly Claimed[]): Promise<void> {
    const first = claimed[0];
    if (first === undefined) return;
    const leases = claimed.map(({ targetId, fence }) => ({ streamId, targetId, fence }));
    await this.leases.open(leases, first.leaseMs);
    this.crew.take(streamId, claimed);
  }
}

const isClaim = (event: { readonly type: string }): event is TargetClaimed =>
  event.type === 'TargetClaimed';

const untilTurnEnds = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms).unref());
