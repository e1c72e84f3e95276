import { Command, CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';

import type { AttemptResult } from '../../domain/action/action.commands.js';
import type { CommandContext } from '../shared/command-context.js';
import { ActionEditor } from './edit-action.js';
import type { Edited } from './edit-action.js';

/** An executor says how the work on one target ended (C4, C6). */
export class RecordOutcome extends Command<Edited> {
  constructor(
    readonly input: { readonly actionId: string; readonly result: AttemptResult },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RecordOutcome)
export class RecordOutcomeHandler implements ICommandHandler<RecordOutcome> {
  constructor(private readonly editor: ActionEditor) {}

  execute({ input, context }: RecordOutcome): Promise<Edited> {
    const { actionId, result } = input;
    return this.editor.edit(actionId, context, (now) => ({ type: 'RecordOutcome', result, now }));
  }
}
