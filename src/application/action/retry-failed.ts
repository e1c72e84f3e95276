import { Command, CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';

import type { Instant } from '../../domain/shared/instant.js';
import type { CommandContext } from '../shared/command-context.js';
import { ActionEditor } from './edit-action.js';
import type { EditInput, Edited } from './edit-action.js';

/** Tries the failed targets again (S12). Taken up at once, or from `notBefore` on. */
export class RetryFailed extends Command<Edited> {
  constructor(
    readonly input: Omit<EditInput, 'reason'> & { readonly notBefore: Instant | null },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RetryFailed)
export class RetryFailedHandler implements ICommandHandler<RetryFailed> {
  constructor(private readonly editor: ActionEditor) {}

  async execute({ input, context }: RetryFailed): Promise<Edited> {
    const { actionId, ifVersion, notBefore } = input;
    return this.editor.edit(actionId, context, (now) => ({
      type: 'RetryFailed',
      ifVersion,
      notBefore: notBefore ?? now,
      now,
    }));
  }
}
