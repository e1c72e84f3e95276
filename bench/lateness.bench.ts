import { sized } from './support/bench.js';
import type { Bench } from './support/bench.js';
import { figure } from './support/figure.js';
import { timersBench } from './timers.bench.js';
import type { TimersBenchFigures } from './timers.bench.js';

const PENDING = 200_000;
const DUE_PER_SECOND = 2_000;
/** One round takes longer than others, and its thousands of timers say more. */
const ROUNDS_MAX = 3;

/** How late timers fire beside many that are not due, at a steady rate. */
export const latenessBench: Bench = {
  name: 'timers',
  about: `${String(PENDING)} timers pending, ${String(DUE_PER_SECOND)} due a second, a command that does nothing`,
  run: async (effort) => {
    const results: TimersBenchFigures[] = [];
    for (let round = 0; round < Math.min(ROUNDS_MAX, effort.rounds); round += 1) {
      results.push(
        await timersBench({
          pending: sized(PENDING, effort),
          duePerSecond: sized(DUE_PER_SECOND, effort),
          seconds: Math.max(1, Math.round((effort.spanMs * 5) / 1_000)),
        }),
      );
    }
    const of = (value: (figures: TimersBenchFigures) => number): readonly number[] =>
      results.map(value);
    const atMost = (value: number) => ({ is: 'at most', value }) as const;
    return [
      figure(
        'timer lateness p50',
        'ms',
        of(({ latenessMs }) => latenessMs.p50),
        atMost(5),
      ),
      figure(
        'timer lateness p99',
        'ms',
        of(({ latenessMs }) => latenessMs.p99),
        atMost(25),
      ),
      figure(
        'timer lateness max',
        'ms',
        of(({ latenessMs }) => latenessMs.max),
      ),
      figure(
        'timers fired early',
        'timers',
        of(({ early }) => early),
        atMost(0),
      ),
    ];
  },
};
