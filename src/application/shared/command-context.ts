import { randomUUID } from 'node:crypto';

import type { EventMetadata } from '../ports/event-store.port.js';

/** Who asks, and what the answer's events are traced back to. */
export interface CommandContext {
  readonly commandId: string;
  readonly actor: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  /** People go before duties on a busy stream. */
  readonly priority: 'human' | 'background';
  /** The caller may send the very same command again: look for its events before deciding. */
  readonly mayRepeat: boolean;
}

/** The context of a duty that acts on its own. */
export const dutyContext = (duty: string): CommandContext => {
  const commandId = randomUUID();
  return {
    commandId,
    actor: `system:${duty}`,
    correlationId: commandId,
    causationId: null,
    priority: 'background',
    mayRepeat: false,
  };
};

export const metadataOf = (context: CommandContext): EventMetadata => {
  const { actor, commandId, correlationId, causationId } = context;
  return { actor, commandId, correlationId, causationId };
};
