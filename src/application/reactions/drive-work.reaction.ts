import { Injectable } from '@nestjs/common';

import { actionDecider } from '../../domain/action/action.decider.js';
import type { TargetClaimed } from '../../domain/action/action.events.js';
import { claimableWork } from '../../domain/action/claims.js';
import { toEpochMs, toInstant } from '../../domain/shared/instant.js';
import type { Instant } from '../../domain/shared/instant.js';
import { Clock } from '../ports/clock.port.js';
import { Journal } from '../ports/journal.port.js';
import { Leases } from '../ports/leases.port.js';
import type { Timer, TimerAnswer } from '../ports/timer-queue.port.js';
import { dutyContext } from '../shared/command-context.js';
import type { CommandContext } from '../shared/command-context.js';
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
    private readonly journal: Journal,
  ) {}

  async react({ streamId }: Timer): Promise<TimerAnswer> {
    const endOfTurn = this.clock.monotonicMs() + TURN_MS;
    for (let left = TURN_MS; left > 0; left = endOfTurn - this.clock.monotonicMs()) {
      const places = this.crew.reserve(CLAIMS_PER_APPEND_MAX);
      if (places === 0) {
        if (await this.crew.freed(left)) continue;
        break;
      }
      const answer = await this.claimNext(streamId, places);
      if (answer !== null) return answer;
    }
    // The crew is busy, or the turn is over: others first, then on.
    return { kind: 'not_due_until', dueAt: this.clock.pessimisticNow() };
  }

  /** Fills at most so many places. Answers null while there may be more to claim. */
  private async claimNext(streamId: string, places: number): Promise<TimerAnswer | null> {
    let claimed: readonly Claimed[] = [];
    try {
      const context = dutyContext('executor');
      const state = await this.runner.look(actionDecider, streamId, context);
      const now = toInstant(this.clock.pessimisticNow());
      const work = claimableWork(state, now, places);
      if (work.kind === 'nothing') return { kind: 'done' };
      if (work.kind === 'not_due_until') return { kind: work.kind, dueAt: toEpochMs(work.at) };
      claimed = await this.claim(streamId, work.targetIds, { now, context });
      return null;
    } finally {
      this.crew.giveBack(places - claimed.length);
      if (claimed.length > 0) this.crew.take(streamId, claimed);
    }
  }

  private async claim(
    streamId: string,
    targetIds: readonly string[],
    { now, context }: { readonly now: Instant; readonly context: CommandContext },
  ): Promise<readonly Claimed[]> {
    const fences = await this.leases.nextFences(targetIds.length);
    const claims = targetIds.map((targetId, index) => ({ targetId, fence: fences[index] ?? 0 }));
    const answer = await this.runner.run(
      actionDecider,
      streamId,
      { type: 'ClaimTargets', holder: this.holder.name, claims, now },
      context,
    );
    const claimed = answer.ok ? answer.events.filter(isClaim).map(({ data }) => data) : [];
    const leases = claimed.map(({ targetId, fence }) => ({ streamId, targetId, fence }));
    // The claims are in the log: should this fail, the leases follow from there.
    await this.leases.open(leases, claimed[0]?.leaseMs ?? 0).catch((fault: unknown) => {
      this.journal.fault('executor', fault, { streamId });
    });
    return claimed;
  }
}

const isClaim = (event: { readonly type: string }): event is TargetClaimed =>
  event.type === 'TargetClaimed';
