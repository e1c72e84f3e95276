import { Command, CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';

import type { CommandContext } from '../shared/command-context.js';
import { ActionEditor } from './edit-action.js';
import type { EditInput, Edited } from './edit-action.js';

/** Starts every stage that has not opened (S12). */
export class RunNow extends Command<Edited> {
  constructor(
    readonly input: EditInput,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RunNow)
export class RunNowHandler implements ICommandHandler<RunNow> {
  constructor(private readonly editor: ActionEditor) {}

  async execute({ input, context }: RunNow): Promise<Edited> {
    const { actionId, ifVersion } = input;
    const reason = await this.editor.keepReason(input.reason);
    return this.editor.edit(actionId, context, (now) => ({
      type: 'RunNow',
      ifVersion,
      reason,
      now,
    }));
  }
}
