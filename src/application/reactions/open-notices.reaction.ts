import { Injectable } from '@nestjs/common';

import { actionDecider } from '../../domain/action/action.decider.js';
import { actionStatus, findTarget } from '../../domain/action/action.state.js';
import type { ActionState } from '../../domain/action/action.state.js';
import { noticeWork } from '../../domain/action/notices.js';
import type { NoticeWork } from '../../domain/action/notices.js';
import { toEpochMs, toInstant } from '../../domain/shared/instant.js';
import type { Instant } from '../../domain/shared/instant.js';
import { Clock } from '../ports/clock.port.js';
import { TargetDirectory } from '../ports/directory.port.js';
import { RecipientDirectory } from '../ports/recipients.port.js';
import type { Timer, TimerAnswer } from '../ports/timer-queue.port.js';
import { dutyContext } from '../shared/command-context.js';
import { CommandRunner } from '../shared/command-runner.js';
import { stageOfSubject, WHOLE_STREAM } from './timer-subject.js';

/** So that a batch with all its channels stays far below the limit of one append. */
const TARGETS_PER_APPEND_MAX = 100;
/** While an action is paused nobody is told anything new. A resume sets a timer of its own; this is its safety net. */
const PAUSED_RETRY_MS = 30_000;

/** The leads of a stage, or of all: tells the outbox whom to warn, in resumable batches (N2, N3). */
@Injectable()
export class OpenNoticesReaction {
  constructor(
    private readonly runner: CommandRunner,
    private readonly clock: Clock,
    private readonly targets: TargetDirectory,
    private readonly recipients: RecipientDirectory,
  ) {}

  async react({ streamId, subject }: Timer): Promise<TimerAnswer> {
    const context = dutyContext('timers');
    const state = await this.runner.look(actionDecider, streamId, context);
    const nowMs = this.clock.pessimisticNow();
    const now = toInstant(nowMs);
    if (actionStatus(state) === 'paused') {
      return { kind: 'not_due_until', dueAt: nowMs + PAUSED_RETRY_MS };
    }
    const next = nextWork(state, subject, now);
    if (next.kind === 'nothing') return { kind: 'done' };
    if (next.kind === 'not_due_until') return { kind: next.kind, dueAt: toEpochMs(next.at) };
    const { stage, lead, targetIds } = next;
    const addressed = await this.addressees(state, targetIds);
    const command = { type: 'OpenNotices', stage, lead, ...addressed, now } as const;
    await this.runner.run(actionDecider, streamId, command, context);
    return { kind: 'not_due_until', dueAt: nowMs };
  }

  /** Owners as they are now: a target may have changed hands since it was scheduled. */
  private async addressees(
    state: ActionState,
    targetIds: readonly string[],
  ): Promise<{
    readonly addressees: readonly { targetId: string; recipientIds: readonly string[] }[];
    readonly missingRecipientIds: ReadonlySet<string>;
  }> {
    const facts = await this.targets.findMany(targetIds);
    const addressees = targetIds.map((targetId) => {
      const known = facts.get(targetId);
      const ownerId = known === undefined ? findTarget(state, targetId)?.ownerId : known.ownerId;
      return { targetId, recipientIds: typeof ownerId === 'string' ? [ownerId] : [] };
    });
    const recipientIds = [...new Set(addressees.flatMap((addressee) => addressee.recipientIds))];
    const found = await this.recipients.findMany(recipientIds);
    const missing = recipientIds.filter((id) => found.get(id)?.erased !== false);
    return { addressees, missingRecipientIds: new Set(missing) };
  }
}

type NextWork =
  | (Extract<NoticeWork, { kind: 'due' }> & { readonly stage: number })
  | Exclude<NoticeWork, { kind: 'due' }>;

/** The first stage of the timer's subject that has something to tell, or the time at which one will. */
function nextWork(state: ActionState, subject: string, now: Instant): NextWork {
  const stages =
    subject === WHOLE_STREAM ? state.stages.map(({ stage }) => stage) : [stageOfSubject(subject)];
  let next: NextWork = { kind: 'nothing' };
  for (const stage of stages) {
    const work = noticeWork(state, stage, now, TARGETS_PER_APPEND_MAX);
    if (work.kind === 'due') return { ...work, stage };
    const isEarlier =
      next.kind !== 'not_due_until' || (work.kind === next.kind && work.at < next.at);
    if (work.kind === 'not_due_until' && isEarlier) next = work;
  }
  return next;
}
