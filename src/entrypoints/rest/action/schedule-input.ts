import type { ActionPolicy } from '../../../application/action/action-policy.js';
import type { PlanRequest, Selection } from '../../../application/action/plan-request.js';
import type { ScheduleInput } from '../../../application/action/schedule-action.js';
import type { ActionParameters, ExecutionPolicy } from '../../../domain/action/action.events.js';
import { evenTranches } from '../../../domain/action/plan.js';
import type { TrancheSpec } from '../../../domain/action/plan.js';
import type { Instant } from '../../../domain/shared/instant.js';
import { resolveInstant } from '../../../domain/shared/resolve-instant.js';
import { refuseField, Refused } from '../problem/refused.js';
import { durationMs } from '../validation/duration.js';
import type {
  ExecutionRequest,
  NoticeRequest,
  PreviewActionRequest,
  ScheduleActionRequest,
  TargetsRequest,
} from './schedule-action.request.js';

const EVERYTHING_AT_ONCE: readonly TrancheSpec[] = [{ percent: 100, afterMs: 0 }];

/** From what was sent to what is planned. What no single field can break is checked here. */
export function planRequestOf(body: PreviewActionRequest): PlanRequest {
  return {
    parameters: parametersOf(body),
    selection: selectionOf(body.targets),
    runAt: instantOf(body.runAt, body.zone, '/runAt'),
    tranches: tranchesOf(body),
    seed: body.seed ?? '',
  };
}

export function scheduleInputOf(body: ScheduleActionRequest, policy: ActionPolicy): ScheduleInput {
  if (body.notify === false && body.notice !== undefined) {
    throw refuseField('/notice', 'excluded', 'notice has no meaning when notify is false');
  }
  return {
    ...planRequestOf(body),
    zone: body.zone ?? 'UTC',
    notice: body.notify === false ? null : noticeOf(body.notice ?? {}, policy),
    execution: executionOf(body.execution ?? {}),
    reason: body.reason ?? null,
    planHash: body.planHash ?? null,
  };
}

export function instantOf(at: string, zone: string | undefined, pointer: string): Instant {
  const resolved = resolveInstant({ at, zone: zone ?? null }, pointer);
  if (resolved.ok) return resolved.instant;
  throw new Refused('validation', `${pointer} ${resolved.error.message}`, {
    errors: [resolved.error],
  });
}

function parametersOf({ type, parameters = {} }: PreviewActionRequest): ActionParameters {
  const { targetVersion, overridePins } = parameters;
  if (type === 'version_change') {
    if (targetVersion === undefined) {
      throw refuseField(
        '/parameters/targetVersion',
        'required',
        'version_change needs targetVersion',
      );
    }
    return { type, targetVersion, overridePins: overridePins ?? false };
  }
  const extra = Object.entries(parameters).find(([, value]) => value !== undefined)?.[0];
  if (extra !== undefined) {
    throw refuseField(`/parameters/${extra}`, 'unknown_field', `${type} takes no ${extra}`);
  }
  return { type };
}

function selectionOf({ ids, query }: TargetsRequest): Selection {
  if ((ids === undefined) === (query === undefined)) {
    throw refuseField('/targets', 'one_of', 'targets needs either ids or query');
  }
  if (ids !== undefined) return { kind: 'ids', targetIds: ids };
  const { labels, type, versionBelow } = query ?? {};
  if (labels === undefined && type === undefined && versionBelow === undefined) {
    throw refuseField('/targets/query', 'empty', 'query needs at least one condition');
  }
  return { kind: 'query', query: { labels, type, versionBelow } };
}

function tranchesOf({ stages, rollout }: PreviewActionRequest): readonly TrancheSpec[] {
  if (stages !== undefined && rollout !== undefined) {
    throw refuseField('/rollout', 'one_of', 'give stages or rollout, not both');
  }
  if (rollout !== undefined)
    return evenTranches(rollout.percent, durationMs(rollout.interval) ?? 0);
  if (stages === undefined) return EVERYTHING_AT_ONCE;
  const tranches = stages.map(({ percent, after }) => ({
    percent,
    afterMs: durationMs(after) ?? 0,
  }));
  const disorder = tranches.findIndex(
    ({ afterMs }, index) => afterMs < (tranches[index - 1]?.afterMs ?? 0),
  );
  if (disorder !== -1) {
    const pointer = `/stages/${String(disorder)}/after`;
    throw refuseField(pointer, 'order', 'a stage must not start before the one in front of it');
  }
  return tranches;
}

function noticeOf(
  { leads, channels, subject, body, tellCompleted }: NoticeRequest,
  policy: ActionPolicy,
): NonNullable<ScheduleInput['notice']> {
  const off = channels?.find((channel) => !policy.channels.includes(channel));
  if (off !== undefined) {
    throw refuseField('/notice/channels', 'not_configured', `the channel ${off} is not configured`);
  }
  return {
    leadsSeconds: leads === undefined ? [policy.noticeLeadDefaultSeconds] : leadsOf(leads, policy),
    channels: channels ?? policy.channels,
    tellCompleted: tellCompleted ?? false,
    subject: subject ?? null,
    body: body ?? null,
  };
}

function leadsOf(leads: readonly string[], policy: ActionPolicy): readonly number[] {
  const seconds = leads.map((lead) => Math.floor((durationMs(lead) ?? 0) / 1000));
  const tooLong = seconds.findIndex((lead) => lead > policy.noticeLeadMaxSeconds);
  if (tooLong !== -1) {
    const limit = `PT${String(policy.noticeLeadMaxSeconds)}S`;
    throw refuseField(`/notice/leads/${String(tooLong)}`, 'max', `must be at most ${limit}`);
  }
  return [...new Set(seconds)].sort((a, b) => b - a);
}

function executionOf({
  attemptsMax,
  retryDelay,
  onExpiry,
}: ExecutionRequest): Partial<ExecutionPolicy> {
  return {
    ...(attemptsMax !== undefined && { attemptsMax }),
    ...(retryDelay !== undefined && { retryDelayMs: durationMs(retryDelay) ?? 0 }),
    ...(onExpiry !== undefined && { onExpiry }),
  };
}
