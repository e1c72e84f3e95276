import { describe, expect, it } from '@jest/globals';

import type { ActionCommand } from '../../../src/domain/action/action.commands.js';
import { actionDecider } from '../../../src/domain/action/action.decider.js';
import type { ActionState } from '../../../src/domain/action/action.state.js';
import {
  SENT,
  applied,
  cancelTarget,
  claim,
  key,
  openNotices,
  openStage,
  record,
  relay,
  schedule,
  stateAfter,
  target,
} from './story.js';

const TARGETS = 10_000;
const CELLS_MAX = 210;
const targets = Array.from({ length: TARGETS }, (_, no) => target(`t${String(no)}`));

/** References in arrays and maps that one state does not share with the one before it. */
function cellsCopied(before: ActionState, after: ActionState): number {
  const { chunks } = after.targets;
  const fresh = chunks.filter((chunk, no) => chunk !== before.targets.chunks[no]);
  const ofIndex = after.indexOf === before.indexOf ? 0 : after.indexOf.size;
  return chunks.length + fresh.flat().length + after.stages.length + ofIndex;
}

describe('folding an event', () => {
  it('copies about two hundred references, with ten thousand targets in the state', () => {
    const { decision } = scheduled();
    let state = stateAfter(decision.ok ? decision.events : []);
    expect(state.targets.size).toBe(TARGETS);
    const life: readonly ActionCommand[] = [
      openNotices('1 12:00', { targetIds: ['t0'] }),
      relay(key('notice', { targetId: 't0' }), SENT),
      cancelTarget('t1', '1 13:00'),
      openStage(),
      claim({ t0: 1, t9999: 2 }),
      record(applied('t9999', 2)),
    ];
    for (const command of life) {
      const next = actionDecider.decide(state, command);
      for (const event of next.ok ? next.events : []) {
        const after = actionDecider.evolve(state, event);
        expect(cellsCopied(state, after)).toBeLessThanOrEqual(CELLS_MAX);
        state = after;
      }
    }
    expect(state.counters).toMatchObject({ running: 1, applied: 1, cancelled: 1 });
  });
});

const scheduled = () => ({
  decision: actionDecider.decide(actionDecider.initialState, schedule({ targets })),
});
