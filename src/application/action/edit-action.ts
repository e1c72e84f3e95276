import { Injectable } from '@nestjs/common';

import type { ActionCommand } from '../../domain/action/action.commands.js';
import { actionDecider } from '../../domain/action/action.decider.js';
import type { ActionEvent, TextRef } from '../../domain/action/action.events.js';
import type { ActionState } from '../../domain/action/action.state.js';
import { toInstant } from '../../domain/shared/instant.js';
import type { Instant } from '../../domain/shared/instant.js';
import { Clock } from '../ports/clock.port.js';
import { Texts } from '../ports/texts.port.js';
import type { CommandContext } from '../shared/command-context.js';
import { CommandRunner } from '../shared/command-runner.js';
import type { CommandAnswer } from '../shared/stream-lane.js';
import { actionStream } from './action-stream.js';

/** Which action, as the admin saw it, and why. */
export interface EditInput {
  readonly actionId: string;
  /** Edit version that the order was made for; `*` forces it, null where none is needed. */
  readonly ifVersion: number | '*' | null;
  readonly reason: string | null;
}

export type Edited = CommandAnswer<ActionState, ActionEvent>;

/** What all orders of admins have in common. */
@Injectable()
export class ActionEditor {
  constructor(
    private readonly runner: CommandRunner,
    private readonly texts: Texts,
    private readonly clock: Clock,
  ) {}

  async edit(
    actionId: string,
    context: CommandContext,
    order: (now: Instant) => ActionCommand,
  ): Promise<Edited> {
    const command = order(toInstant(this.clock.now()));
    return this.runner.run(actionDecider, actionStream(actionId), command, context);
  }

  look(actionId: string, context: CommandContext): Promise<ActionState> {
    return this.runner.look(actionDecider, actionStream(actionId), context);
  }

  async keepReason(reason: string | null): Promise<TextRef | null> {
    return reason === null ? null : this.texts.put('reason', reason);
  }
}
