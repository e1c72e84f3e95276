import { Command, CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';

import { actionDecider } from '../../domain/action/action.decider.js';
import type { ExecutionPolicy, NoticePolicy } from '../../domain/action/action.events.js';
import type { ActionState } from '../../domain/action/action.state.js';
import { refuse } from '../../domain/shared/decider.js';
import type { Refusal } from '../../domain/shared/decider.js';
import { toInstant } from '../../domain/shared/instant.js';
import { Clock } from '../ports/clock.port.js';
import { Texts } from '../ports/texts.port.js';
import type { CommandContext } from '../shared/command-context.js';
import { CommandRunner } from '../shared/command-runner.js';
import { uuidV5 } from '../shared/uuid-v5.js';
import { ActionPolicy } from './action-policy.js';
import { actionIdOf, actionStream } from './action-stream.js';
import { ActionPlanner } from './plan-request.js';
import type { PlanRequest, PreparedPlan } from './plan-request.js';

export interface ScheduleInput extends PlanRequest {
  readonly zone: string;
  readonly notice:
    | (Pick<NoticePolicy, 'leadsSeconds' | 'channels' | 'tellCompleted'> & {
        readonly subject: string | null;
        readonly body: string | null;
      })
    | null;
  readonly execution: Partial<ExecutionPolicy>;
  readonly reason: string | null;
  /** Of the preview that this request follows, or null. */
  readonly planHash: string | null;
}

export type Scheduled =
  | {
      readonly ok: true;
      readonly actionId: string;
      readonly state: ActionState;
      readonly position: bigint;
    }
  | { readonly ok: false; readonly refusal: Refusal };

/** Warns about, and later applies, one change to many targets (S1). */
export class ScheduleAction extends Command<Scheduled> {
  constructor(
    readonly input: ScheduleInput,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** Namespace of action ids: sending the same command again finds the same action. */
const ACTION_IDS = '6d0f9a52-8a0e-5f6a-8c55-0f3f2c9d7e11';

@CommandHandler(ScheduleAction)
export class ScheduleActionHandler implements ICommandHandler<ScheduleAction> {
  constructor(
    private readonly planner: ActionPlanner,
    private readonly runner: CommandRunner,
    private readonly texts: Texts,
    private readonly clock: Clock,
    private readonly policy: ActionPolicy,
  ) {}

  async execute({ input, context }: ScheduleAction): Promise<Scheduled> {
    const actionId = uuidV5(ACTION_IDS, context.commandId);
    const isRepeated = context.mayRepeat && (await this.isScheduled(actionId, context));
    const planned = isRepeated ? null : await this.planner.plan(input);
    if (planned !== null && !planned.ok) return planned;
    if (planned !== null && input.planHash !== null && input.planHash !== planned.plan.planHash) {
      return refuse('plan_changed', 'the fleet has changed since the preview: look at a new one', {
        facts: { planHash: planned.plan.planHash },
      });
    }
    return this.schedule(actionId, input, planned?.plan ?? NO_PLAN, context);
  }

  private async isScheduled(actionId: string, context: CommandContext): Promise<boolean> {
    const state = await this.runner.look(actionDecider, actionStream(actionId), context);
    return state.terms !== null;
  }

  private async schedule(
    actionId: string,
    input: ScheduleInput,
    plan: Pick<PreparedPlan, 'stages' | 'targets' | 'destroyedTargetIds'>,
    context: CommandContext,
  ): Promise<Scheduled> {
    const { parameters, zone, execution } = input;
    const answer = await this.runner.run(
      actionDecider,
      actionStream(actionId),
      {
        type: 'ScheduleAction',
        actionId,
        parameters,
        stages: plan.stages,
        targets: plan.targets,
        destroyedTargetIds: plan.destroyedTargetIds,
        zone,
        notice: await this.noticePolicy(input.notice),
        execution: { ...this.policy.execution, ...execution },
        reason: input.reason === null ? null : await this.texts.put('reason', input.reason),
        leadMinMs: this.policy.leadMinMs,
        now: toInstant(this.clock.now()),
      },
      context,
    );
    if (!answer.ok) return { ok: false, refusal: namingActions(answer.refusal) };
    return { ok: true, actionId, state: answer.state, position: answer.position };
  }

  private async noticePolicy(notice: ScheduleInput['notice']): Promise<NoticePolicy | null> {
    if (notice === null) return null;
    const { subject, body } = notice;
    return {
      ...notice,
      subject: subject === null ? null : await this.texts.put('subject', subject),
      body: body === null ? null : await this.texts.put('body', body),
    };
  }
}

const NO_PLAN = { stages: [], targets: [], destroyedTargetIds: [] };

/** The store knows streams; people know actions. */
export function namingActions(refusal: Refusal): Refusal {
  const targets = refusal.facts?.['targets'];
  if (refusal.code !== 'target_busy' || !Array.isArray(targets)) return refusal;
  const named = (targets as { targetId: string; streamId: string }[]).map(
    ({ targetId, streamId }) => ({ targetId, actionId: actionIdOf(streamId) }),
  );
  return { ...refusal, facts: { targets: named } };
}
