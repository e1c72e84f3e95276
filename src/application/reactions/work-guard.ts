import { Injectable } from '@nestjs/common';

import { actionDecider } from '../../domain/action/action.decider.js';
import type { TargetClaimed } from '../../domain/action/action.events.js';
import { findTarget, isCalledOff } from '../../domain/action/action.state.js';
import type { ActionState } from '../../domain/action/action.state.js';
import { PARENT_CANCELLED } from '../../domain/action/claims.js';
import { guardOf, PIN_CHANGED } from '../../domain/action/guard.js';
import type { CatalogueFact, GuardAnswer } from '../../domain/action/guard.js';
import { TargetDirectory } from '../ports/directory.port.js';
import type { TargetFacts } from '../ports/directory.port.js';
import { VersionCatalogue } from '../ports/versions.port.js';
import { dutyContext } from '../shared/command-context.js';
import { CommandRunner } from '../shared/command-runner.js';
import { TargetPins } from './target-pins.js';

export type Claimed = TargetClaimed['data'];

/** Whether the executor may be called for a claim, and if not, how the claim ends. */
export type GuardedClaim =
  | { readonly kind: 'go'; readonly claim: Claimed; readonly facts: TargetFacts }
  | { readonly kind: 'lost'; readonly claim: Claimed }
  /** The look failed, so nothing may be called: the lease decides. */
  | { readonly kind: 'unknown'; readonly claim: Claimed; readonly fault: unknown }
  | {
      readonly kind: 'ended';
      readonly claim: Claimed;
      readonly outcome: 'skipped' | 'failed';
      readonly reason: string;
    };

export interface GuardedClaims {
  /** The action as the store had it. */
  readonly state: ActionState;
  readonly guarded: readonly GuardedClaim[];
}

/** The last look before the effect: at the action in the store, and at the target in the directory (C3, C5). */
@Injectable()
export class WorkGuard {
  constructor(
    private readonly runner: CommandRunner,
    private readonly targets: TargetDirectory,
    private readonly catalogue: VersionCatalogue,
    private readonly pins: TargetPins,
  ) {}

  async check(streamId: string, claims: readonly Claimed[]): Promise<GuardedClaims> {
    const facts = await this.targets.findMany(claims.map(({ targetId }) => targetId));
    const state = await this.runner.look(actionDecider, streamId, dutyContext('executor'));
    const catalogue = await this.catalogueFact(state);
    const guarded = await Promise.all(
      claims.map((claim) =>
        this.checkOne({
          streamId,
          state,
          claim,
          catalogue,
          facts: facts.get(claim.targetId) ?? null,
        }).catch((fault: unknown) => ({ kind: 'unknown', claim, fault }) as const),
      ),
    );
    return { state, guarded };
  }

  private async catalogueFact({ terms }: ActionState): Promise<CatalogueFact> {
    if (terms?.parameters.type !== 'version_change') return 'available';
    const entry = await this.catalogue.find(terms.parameters.targetVersion);
    if (entry === null) return 'missing';
    return entry.disabled ? 'disabled' : 'available';
  }

  private async checkOne(situation: Situation): Promise<GuardedClaim> {
    const { state, claim, facts, catalogue } = situation;
    const target = findTarget(state, claim.targetId);
    if (target?.claim?.fence !== claim.fence || state.terms === null)
      return { kind: 'lost', claim };
    if (isCalledOff(state, target)) return endedClaim(claim, 'skipped', PARENT_CANCELLED);
    const answer = guardOf(state.terms.parameters, facts, catalogue);
    return this.obey(situation, answer);
  }

  private async obey(
    { streamId, state, claim, facts }: Situation,
    answer: GuardAnswer,
  ): Promise<GuardedClaim> {
    if (answer.kind === 'skip') return endedClaim(claim, 'skipped', answer.reason);
    if (answer.kind === 'fail') return endedClaim(claim, 'failed', answer.reason);
    if (facts === null) return endedClaim(claim, 'skipped', 'destroyed');
    const parameters = state.terms?.parameters;
    if (answer.kind === 'lift_pin' && parameters?.type === 'version_change') {
      const work = { streamId, targetId: claim.targetId, fence: claim.fence };
      const isLifted = await this.pins.lift(work, facts, parameters.targetVersion);
      if (!isLifted) return endedClaim(claim, 'skipped', PIN_CHANGED);
    }
    return { kind: 'go', claim, facts };
  }
}

interface Situation {
  readonly streamId: string;
  readonly state: ActionState;
  readonly claim: Claimed;
  readonly catalogue: CatalogueFact;
  readonly facts: TargetFacts | null;
}

const endedClaim = (
  claim: Claimed,
  outcome: 'skipped' | 'failed',
  reason: string,
): GuardedClaim => ({ kind: 'ended', claim, outcome, reason });
