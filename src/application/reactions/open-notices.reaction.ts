import { Injectable } from '@nestjs/common';

import { actionDecider } from '../../domain/action/action.decider.js';
import { actionStatus, findTarget } from '../../domain/action/action.state.js';
import type { ActionState } from '../../domain/action/action.state.js';
import { noticeWork } from '../../domain/action/notices.js';
import { toEpochMs, toInstant } from '../../domain/shared/instant.js';
import { Clock } from '../ports/clock.port.js';
import { TargetDirectory } from '../ports/directory.port.js';
import { RecipientDirectory } from '../ports/recipients.port.js';
import type { Timer, TimerAnswer } from '../ports/timer-queue.port.js';
import { dutyContext } from '../shared/command-context.js';
import { CommandRunner } from '../shared/command-runner.js';
import { stageOfSubject } from './timer-subject.js';

/** So that a batch with all its channels stays far below the limit of one append. */
const TARGETS_PER_APPEND_MAX = 100;
/** While an action is paused nobody is told anything new; a resume is noticed within this time. */
const PAUSED_RETRY_MS = 2_000;

/** The leads of one stage: tells the outbox whom to warn, in resumable batches (N2, N3). */
@Injectable()
export class OpenNoticesReaction {
  constructor(
    private readonly runner: CommandRunner,
    private readonly clock: Clock,
    private readonly targets: TargetDirectory,
    private readonly recipients: RecipientDirectory,
  ) {}

  async react({ streamId, subject }: Timer): Promise<TimerAnswer> {
    const stage = stageOfSubject(subject);
    const context = dutyContext('timers');
    const state = await this.runner.look(actionDecider, streamId, context);
    const nowMs = this.clock.pessimisticNow();
    if (actionStatus(state) === 'paused') {
      return { kind: 'not_due_until', dueAt: nowMs + PAUSED_RETRY_MS };
    }
    const work = noticeWork(state, stage, toInstant(nowMs), TARGETS_PER_APPEND_MAX);
    if (work.kind === 'nothing') return { kind: 'done' };
    if (work.kind === 'not_due_until') return { kind: work.kind, dueAt: toEpochMs(work.at) };
    await this.runner.run(
      actionDecider,
      streamId,
      {
        type: 'OpenNotices',
        stage,
        lead: work.lead,
        ...(await this.addressees(state, work.targetIds)),
        now: toInstant(nowMs),
      },
      context,
    );
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
