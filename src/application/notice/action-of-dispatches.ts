import type { DispatchResult } from '../../domain/action/action.commands.js';
import { actionDecider } from '../../domain/action/action.decider.js';
import type { ActionState } from '../../domain/action/action.state.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { CommandContext } from '../shared/command-context.js';
import type { CommandRunner } from '../shared/command-runner.js';

/** The action as the store has it now: what a relay asks before anything leaves. */
export const lookAtAction = (
  runner: CommandRunner,
  streamId: string,
  context: CommandContext,
): Promise<ActionState> => runner.look(actionDecider, streamId, context);

/** Tells the action what became of its dispatches. Answers what it knows behind that. */
export async function recordDispatches(
  runner: CommandRunner,
  streamId: string,
  report: { readonly results: readonly DispatchResult[]; readonly now: Instant },
  context: CommandContext,
): Promise<ActionState> {
  const command = { type: 'RecordDispatches', ...report } as const;
  const { state } = await runner.run(actionDecider, streamId, command, context);
  return state;
}
