import { Command, CommandBus, CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';

import { refuse } from '../../domain/shared/decider.js';
import type { Refusal } from '../../domain/shared/decider.js';
import { TargetDirectory } from '../ports/directory.port.js';
import type { EventMetadata } from '../ports/event-store.port.js';
import { RecordTargets } from './record-targets.js';

export type TargetDestroyed =
  | { readonly ok: true; readonly position: bigint | null }
  | { readonly ok: false; readonly refusal: Refusal };

/** Notes that a target is gone. It stays listed, so that what happened to it can still be read. */
export class DestroyTarget extends Command<TargetDestroyed> {
  constructor(
    readonly targetId: string,
    readonly metadata: EventMetadata,
  ) {
    super();
  }
}

@CommandHandler(DestroyTarget)
export class DestroyTargetHandler implements ICommandHandler<DestroyTarget> {
  constructor(
    private readonly targets: TargetDirectory,
    private readonly commands: CommandBus,
  ) {}

  async execute({ targetId, metadata }: DestroyTarget): Promise<TargetDestroyed> {
    const known = await this.targets.findMany([targetId]);
    if (!known.has(targetId)) return refuse('not_found', 'there is no such target');
    const change = { targetId, lifecycle: 'destroyed' } as const;
    const written = await this.commands.execute(new RecordTargets([change], metadata));
    return { ok: true, position: written.get(targetId)?.position ?? null };
  }
}
