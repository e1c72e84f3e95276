import { Command, CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';

import type { CommandContext } from '../shared/command-context.js';
import { ActionEditor } from './edit-action.js';
import type { EditInput, Edited } from './edit-action.js';

/** Calls the whole action off (S8). */
export class CancelAction extends Command<Edited> {
  constructor(
    readonly input: EditInput,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(CancelAction)
export class CancelActionHandler implements ICommandHandler<CancelAction> {
  constructor(private readonly editor: ActionEditor) {}

  async execute({ input, context }: CancelAction): Promise<Edited> {
    const { actionId, ifVersion } = input;
    const reason = await this.editor.keepReason(input.reason);
    return this.editor.edit(actionId, context, (now) => ({
      type: 'CancelAction',
      ifVersion,
      reason,
      now,
    }));
  }
}
