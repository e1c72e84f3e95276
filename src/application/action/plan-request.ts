import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import type { ActionParameters } from '../../domain/action/action.events.js';
import { planAction } from '../../domain/action/plan.js';
import type { Candidate, Plan, TrancheSpec } from '../../domain/action/plan.js';
import { refuse } from '../../domain/shared/decider.js';
import type { Refusal } from '../../domain/shared/decider.js';
import type { Instant } from '../../domain/shared/instant.js';
import { TargetDirectory } from '../ports/directory.port.js';
import type { TargetFacts, TargetQuery } from '../ports/directory.port.js';
import { EventStore } from '../ports/event-store.port.js';
import { VersionCatalogue } from '../ports/versions.port.js';
import { ActionPolicy } from './action-policy.js';
import { actionIdOf } from './action-stream.js';

export type Selection =
  | { readonly kind: 'ids'; readonly targetIds: readonly string[] }
  | { readonly kind: 'query'; readonly query: TargetQuery };

export interface PlanRequest {
  readonly parameters: ActionParameters;
  readonly selection: Selection;
  readonly runAt: Instant;
  readonly tranches: readonly TrancheSpec[];
  /** Chooses who comes first. */
  readonly seed: string;
}

export interface PreparedPlan extends Plan {
  readonly busy: readonly { readonly targetId: string; readonly actionId: string }[];
  readonly eligibleCount: number;
  /** Changes when the fleet does: a request that carries it is refused if its preview is out of date. */
  readonly planHash: string;
}

export type Planned = { readonly ok: true; readonly plan: PreparedPlan } | Refused;

interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
}

type Selected = { readonly ok: true; readonly candidates: readonly TargetFacts[] } | Refused;

/** From a request to a plan: the same for the preview and for the real thing (S6). */
@Injectable()
export class ActionPlanner {
  constructor(
    private readonly targets: TargetDirectory,
    private readonly catalogue: VersionCatalogue,
    private readonly store: EventStore,
    private readonly policy: ActionPolicy,
  ) {}

  async plan(request: PlanRequest): Promise<Planned> {
    const refused = await this.refuseParameters(request.parameters);
    if (refused !== null) return refused;
    const selected = await this.select(request.selection);
    if (!selected.ok) return selected;
    const { candidates } = selected;
    const plan = planAction({ ...request, candidates });
    if (plan.targets.length === 0) {
      return refuse(
        'no_eligible_target',
        'every selected target is destroyed, or none is selected',
        {
          facts: { destroyedTargetIds: plan.destroyedTargetIds },
        },
      );
    }
    const holders = await this.store.holders(plan.targets.map(({ targetId }) => targetId));
    const busy = holders
      .map(({ targetId, streamId }) => ({ targetId, actionId: actionIdOf(streamId) }))
      .sort((a, b) => (a.targetId < b.targetId ? -1 : 1));
    return {
      ok: true,
      plan: {
        ...plan,
        busy,
        eligibleCount: plan.targets.length - busy.length,
        planHash: planHashOf(request, candidates, busy),
      },
    };
  }

  private async refuseParameters(parameters: ActionParameters): Promise<Refused | null> {
    if (parameters.type !== 'version_change') return null;
    const { targetVersion } = parameters;
    const entry = await this.catalogue.find(targetVersion);
    if (entry?.disabled === false) return null;
    const code = entry === null ? 'unknown_version' : 'disabled_version';
    const message = entry === null ? 'is not in the version catalogue' : 'is disabled';
    return refuse('validation', `version ${targetVersion} ${message}`, {
      errors: [{ pointer: '/parameters/targetVersion', code, message }],
    });
  }

  private async select(selection: Selection): Promise<Selected> {
    const { targetsMax } = this.policy;
    if (selection.kind === 'query') {
      const found = await this.targets.select(selection.query, targetsMax + 1);
      return found.length > targetsMax
        ? refuseTooMany(targetsMax)
        : { ok: true, candidates: found };
    }
    const targetIds = [...new Set(selection.targetIds)];
    if (targetIds.length > targetsMax) return refuseTooMany(targetsMax);
    const known = await this.targets.findMany(targetIds);
    const unknown = targetIds.filter((targetId) => !known.has(targetId));
    if (unknown.length === 0) return { ok: true, candidates: [...known.values()] };
    return refuse(
      'not_found',
      `${String(unknown.length)} of the targets are not in the directory`,
      {
        facts: { targetIds: unknown },
      },
    );
  }
}

const refuseTooMany = (targetsMax: number): Refused =>
  refuse('validation', `an action may have at most ${String(targetsMax)} targets`, {
    errors: [
      {
        pointer: '/targets',
        code: 'too_many',
        message: `must select at most ${String(targetsMax)} targets`,
      },
    ],
  });

function planHashOf(
  { parameters, tranches, seed }: PlanRequest,
  candidates: readonly Candidate[],
  busy: PreparedPlan['busy'],
): string {
  const fleet = candidates
    .map(({ targetId, ownerId, lifecycle, version, pin }) => [
      targetId,
      ownerId,
      lifecycle,
      version,
      pin,
    ])
    .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([parameters, tranches, seed, fleet, busy]))
    .digest('base64url');
}
