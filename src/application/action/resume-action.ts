import { Command, CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';

import type { CommandContext } from '../shared/command-context.js';
import { ActionEditor } from './edit-action.js';
import type { EditInput, Edited } from './edit-action.js';

/** Lets a paused action go on (S12). */
export class ResumeAction extends Command<Edited> {
  constructor(
    readonly input: Omit<EditInput, 'reason'>,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ResumeAction)
export class ResumeActionHandler implements ICommandHandler<ResumeAction> {
  constructor(private readonly editor: ActionEditor) {}

  async execute({ input, context }: ResumeAction): Promise<Edited> {
    const { actionId, ifVersion } = input;
    return this.editor.edit(actionId, context, (now) => ({
      type: 'ResumeAction',
      ifVersion,
      now,
    }));
  }
}
