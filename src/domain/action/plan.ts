import { toEpochMs, toInstant } from '../shared/instant.js';
import type { Instant } from '../shared/instant.js';
import type { ActionParameters, EnrolledTarget, PlannedStage } from './action.events.js';

/** A target as the directory has it when the plan is made. */
export interface Candidate {
  readonly targetId: string;
  readonly ownerId: string | null;
  readonly lifecycle: 'active' | 'destroyed';
  readonly version: string | null;
  readonly pin: string | null;
}

/** One tranche: a share of the targets, some time behind the first one. The last takes what is left. */
export interface TrancheSpec {
  /** Percent of all targets, above 0, at most 100. */
  readonly percent: number;
  readonly afterMs: number;
}

export interface Plan {
  readonly stages: readonly PlannedStage[];
  /** Ordered by stage. */
  readonly targets: readonly EnrolledTarget[];
  readonly destroyedTargetIds: readonly string[];
  readonly pinnedTargetIds: readonly string[];
  readonly alreadyOnVersionTargetIds: readonly string[];
  readonly ownerUnknownTargetIds: readonly string[];
}

/**
 * What would be scheduled, in an order that only depends on the seed and the targets: the preview and the real thing
 * are the same function. Pinned targets and those on the version already are enrolled all the same: their guard
 * decides when their time has come.
 */
export function planAction(request: {
  readonly candidates: readonly Candidate[];
  readonly parameters: ActionParameters;
  readonly runAt: Instant;
  readonly tranches: readonly TrancheSpec[];
  readonly seed: string;
}): Plan {
  const { candidates, parameters, seed } = request;
  const destroyed = candidates.filter(({ lifecycle }) => lifecycle === 'destroyed');
  const alive = inSeededOrder(
    candidates.filter(({ lifecycle }) => lifecycle === 'active'),
    seed,
  );
  const stages = stagesOf(alive.length, request.runAt, request.tranches);
  const version = parameters.type === 'version_change' ? parameters.targetVersion : null;
  return {
    stages,
    targets: enrolled(alive, stages),
    destroyedTargetIds: idsOf(destroyed),
    pinnedTargetIds: idsOf(
      alive.filter(({ pin }) => version !== null && pin !== null && pin !== version),
    ),
    alreadyOnVersionTargetIds: idsOf(
      alive.filter((target) => version !== null && target.version === version),
    ),
    ownerUnknownTargetIds: idsOf(alive.filter(({ ownerId }) => ownerId === null)),
  };
}

/** Tranches of equal size, one interval apart, until all targets are covered. */
export function evenTranches(percent: number, intervalMs: number): readonly TrancheSpec[] {
  const count = Math.ceil(100 / percent);
  return Array.from({ length: count }, (_, index) => ({ percent, afterMs: index * intervalMs }));
}

function stagesOf(
  total: number,
  runAt: Instant,
  tranches: readonly TrancheSpec[],
): readonly PlannedStage[] {
  const stages: PlannedStage[] = [];
  let left = total;
  for (const [index, { percent, afterMs }] of tranches.entries()) {
    if (left === 0) break;
    const share = Math.max(1, Math.ceil((total * percent) / 100));
    const targetCount = index === tranches.length - 1 ? left : Math.min(share, left);
    const at = toInstant(toEpochMs(runAt) + afterMs);
    stages.push({ stage: stages.length, runAt: at, targetCount });
    left -= targetCount;
  }
  return stages;
}

function enrolled(
  targets: readonly Candidate[],
  stages: readonly PlannedStage[],
): readonly EnrolledTarget[] {
  let from = 0;
  return stages.flatMap(({ stage, targetCount }) => {
    const slice = targets.slice(from, from + targetCount).sort(byOwner);
    from += targetCount;
    return slice.map(({ targetId, ownerId, version }) => ({
      targetId,
      stage,
      ownerId,
      sourceVersion: version,
    }));
  });
}

/** Targets of one owner stand together, so that they are announced together. */
const byOwner = (a: Candidate, b: Candidate): number =>
  compare(a.ownerId ?? '', b.ownerId ?? '') || compare(a.targetId, b.targetId);

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function inSeededOrder(targets: readonly Candidate[], seed: string): readonly Candidate[] {
  return targets
    .map((target) => ({ target, rank: fnv1a(`${seed}/${target.targetId}`) }))
    .sort((a, b) => a.rank - b.rank || compare(a.target.targetId, b.target.targetId))
    .map(({ target }) => target);
}

/** FNV-1a, 32 bits, with a final mix: an order that looks random and is the same everywhere. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

const idsOf = (targets: readonly Candidate[]): readonly string[] =>
  targets.map(({ targetId }) => targetId).sort(compare);
