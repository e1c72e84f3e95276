import { Command, CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';

import type { StageTime } from '../../domain/action/action.events.js';
import type { ActionState } from '../../domain/action/action.state.js';
import { refuse } from '../../domain/shared/decider.js';
import { toEpochMs, toInstant } from '../../domain/shared/instant.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { CommandContext } from '../shared/command-context.js';
import { ActionPolicy } from './action-policy.js';
import { ActionEditor } from './edit-action.js';
import type { EditInput, Edited } from './edit-action.js';

/** Moves the stages that have not opened: the first of them to `runAt`, the others along with it (S12). */
export class RescheduleAction extends Command<Edited> {
  constructor(
    readonly input: EditInput & { readonly runAt: Instant },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RescheduleAction)
export class RescheduleActionHandler implements ICommandHandler<RescheduleAction> {
  constructor(
    private readonly editor: ActionEditor,
    private readonly policy: ActionPolicy,
  ) {}

  async execute({ input, context }: RescheduleAction): Promise<Edited> {
    const { actionId, ifVersion, runAt } = input;
    const state = await this.editor.look(actionId, context);
    const stages = shifted(state, runAt);
    if (state.life === 'live' && stages.length === 0) {
      const { refusal } = refuse(
        'invalid_transition',
        'every stage has opened: nothing can be moved',
      );
      return { ok: false, refusal, state };
    }
    const reason = await this.editor.keepReason(input.reason);
    return this.editor.edit(actionId, context, (now) => ({
      type: 'RescheduleAction',
      ifVersion,
      stages,
      reason,
      leadMinMs: this.policy.leadMinMs,
      now,
    }));
  }
}

function shifted(state: ActionState, runAt: Instant): readonly StageTime[] {
  const waiting = state.stages.filter(({ openedAt }) => openedAt === null);
  const first = waiting[0];
  if (first === undefined) return [];
  const shiftMs = toEpochMs(runAt) - toEpochMs(first.runAt);
  return waiting.map((stage) => ({
    stage: stage.stage,
    runAt: toInstant(toEpochMs(stage.runAt) + shiftMs),
  }));
}
