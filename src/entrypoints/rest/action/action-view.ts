import type {
  ActionParameters,
  NoticePolicy,
  TextRef,
} from '../../../domain/action/action.events.js';
import { actionStatus } from '../../../domain/action/action.state.js';
import type { ActionState, ActionTerms } from '../../../domain/action/action.state.js';
import type { ActionCountersRow } from '../../../projections/action-counters/action-counters.projection.js';
import type { ActionSummaryRow } from '../../../projections/action-summary/action-summary.projection.js';
import { isoDuration } from '../validation/iso-duration.js';
import type {
  ActionListItemResponse,
  ActionParametersResponse,
  ActionResponse,
  ExecutionPolicyResponse,
  NoticePolicyResponse,
} from './action-reads.response.js';
import type { CountersResponse } from './action.response.js';

/** Words by the reference that events have of them; erased ones are missing. */
export type Words = ReadonlyMap<string, string>;

/**
 * One action with its edit version. What decisions change comes from the aggregate, so that the version belongs to
 * what is shown; the read model adds who and when.
 */
export function actionViewOf(
  row: ActionSummaryRow,
  state: ActionState,
  terms: ActionTerms,
  words: Words,
): ActionResponse {
  return {
    ...headOf(row, terms.parameters),
    status: actionStatus(state),
    runAt: state.stages[0]?.runAt ?? row.runAt,
    revision: state.revision,
    counters: countersOf(state.counters),
    version: state.editVersion,
    stages: state.stages.map(({ stage, runAt, from, to, revision, openedAt }) => ({
      ...{ stage, runAt, targetCount: to - from, revision, openedAt },
    })),
    reason: row.reasonRef === null ? null : (words.get(row.reasonRef) ?? null),
    cancelReason: textOf(state.cancelReason, words),
    rescheduleReason: textOf(state.moveReason, words),
    destroyedTargetCount: state.destroyedTargetIds.length,
    notice: terms.notice === null ? null : noticeOf(terms.notice, words),
    execution: executionOf(terms),
  };
}

/** References of all words that the view shows. */
export function refsOf(row: ActionSummaryRow, state: ActionState): readonly string[] {
  const { terms, cancelReason, moveReason } = state;
  const said = [terms?.notice?.subject, terms?.notice?.body, cancelReason, moveReason];
  return [row.reasonRef, ...said.map((text) => text?.ref)].filter(
    (ref): ref is string => typeof ref === 'string',
  );
}

/** One entry of a list, from read models alone. */
export const actionListItemOf = (
  row: ActionSummaryRow,
  counters: ActionCountersRow | undefined,
): ActionListItemResponse => ({
  ...headOf(row, row.parameters),
  status: row.status,
  runAt: row.runAt,
  revision: row.revision,
  counters: countersOf(counters ?? NOT_COUNTED_YET),
});

/** The read models follow the log one by one, so a list may be ahead of its counters for a moment. */
const NOT_COUNTED_YET: CountersResponse = {
  total: 0,
  pending: 0,
  running: 0,
  applied: 0,
  skipped: 0,
  failed: 0,
  cancelled: 0,
};

const headOf = (
  row: ActionSummaryRow,
  parameters: ActionParameters,
): Omit<ActionListItemResponse, 'status' | 'runAt' | 'revision' | 'counters'> => ({
  actionId: row.actionId,
  type: row.type,
  parameters: parametersOf(parameters),
  zone: row.zone,
  stageCount: row.stageCount,
  scheduledBy: row.scheduledBy,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
  endedAt: row.endedAt,
});

/** The type stands beside its parameters, as in a request. */
const parametersOf = ({ type: _, ...parameters }: ActionParameters): ActionParametersResponse =>
  parameters;

const countersOf = (counters: CountersResponse): CountersResponse => {
  const { total, pending, running, applied, skipped, failed, cancelled } = counters;
  return { total, pending, running, applied, skipped, failed, cancelled };
};

const noticeOf = (
  { leadsSeconds, channels, tellCompleted, subject, body }: NoticePolicy,
  words: Words,
): NoticePolicyResponse => ({
  leads: leadsSeconds.map(isoDuration),
  channels,
  tellCompleted,
  subject: textOf(subject, words),
  body: textOf(body, words),
});

const executionOf = ({ execution }: ActionTerms): ExecutionPolicyResponse => ({
  attemptsMax: execution.attemptsMax,
  retryDelay: isoDuration(execution.retryDelayMs / 1_000),
  onExpiry: execution.onExpiry,
});

const textOf = (text: TextRef | null, words: Words): string | null =>
  text === null ? null : (words.get(text.ref) ?? null);
