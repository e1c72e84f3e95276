import { Command, CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';

import { isCalledOff, findTarget } from '../../domain/action/action.state.js';
import { toInstant } from '../../domain/shared/instant.js';
import type { Instant } from '../../domain/shared/instant.js';
import { Leases } from '../ports/leases.port.js';
import type { CommandContext } from '../shared/command-context.js';
import { actionStream } from './action-stream.js';
import { ActionEditor } from './edit-action.js';

export type HeartbeatAnswer =
  | { readonly kind: 'extended'; readonly leaseUntil: Instant; readonly isCalledOff: boolean }
  /** Somebody else may have the target by now: stop working on it. */
  | { readonly kind: 'lost' };

/** The holder of a claim is still at work (C2). */
export class HeartbeatClaim extends Command<HeartbeatAnswer> {
  constructor(
    readonly input: {
      readonly actionId: string;
      readonly targetId: string;
      readonly fence: number;
    },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(HeartbeatClaim)
export class HeartbeatClaimHandler implements ICommandHandler<HeartbeatClaim> {
  constructor(
    private readonly editor: ActionEditor,
    private readonly leases: Leases,
  ) {}

  async execute({ input, context }: HeartbeatClaim): Promise<HeartbeatAnswer> {
    const { actionId, targetId, fence } = input;
    const state = await this.editor.look(actionId, context);
    const target = findTarget(state, targetId);
    if (state.terms === null || target?.claim?.fence !== fence) return { kind: 'lost' };
    const lease = { streamId: actionStream(actionId), targetId, fence };
    const { leaseMs, confirmMs } = state.terms.execution;
    const until = await this.leases.heartbeat(lease, target.claim.isAccepted ? confirmMs : leaseMs);
    return until === null
      ? { kind: 'lost' }
      : { kind: 'extended', leaseUntil: toInstant(until), isCalledOff: isCalledOff(state, target) };
  }
}
