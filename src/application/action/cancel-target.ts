import { Command, CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';

import type { CommandContext } from '../shared/command-context.js';
import { ActionEditor } from './edit-action.js';
import type { EditInput, Edited } from './edit-action.js';

/** Calls one target off (S9). */
export class CancelTarget extends Command<Edited> {
  constructor(
    readonly input: EditInput & { readonly targetId: string },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(CancelTarget)
export class CancelTargetHandler implements ICommandHandler<CancelTarget> {
  constructor(private readonly editor: ActionEditor) {}

  async execute({ input, context }: CancelTarget): Promise<Edited> {
    const { actionId, ifVersion, targetId } = input;
    const reason = await this.editor.keepReason(input.reason);
    return this.editor.edit(actionId, context, (now) => ({
      type: 'CancelTarget',
      ifVersion,
      targetId,
      reason,
      now,
    }));
  }
}
