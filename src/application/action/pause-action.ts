import { Command, CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';

import type { CommandContext } from '../shared/command-context.js';
import { ActionEditor } from './edit-action.js';
import type { EditInput, Edited } from './edit-action.js';

/** Holds everything back until it is resumed (S12). */
export class PauseAction extends Command<Edited> {
  constructor(
    readonly input: EditInput,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(PauseAction)
export class PauseActionHandler implements ICommandHandler<PauseAction> {
  constructor(private readonly editor: ActionEditor) {}

  async execute({ input, context }: PauseAction): Promise<Edited> {
    const { actionId, ifVersion } = input;
    const reason = await this.editor.keepReason(input.reason);
    return this.editor.edit(actionId, context, (now) => ({
      type: 'PauseAction',
      ifVersion,
      reason,
      now,
    }));
  }
}
