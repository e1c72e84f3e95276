import type { LeasedTimer, Timer, TimerAnswer } from '../application/ports/timer-queue.port.js';

/** Runs a reaction for each timer of a batch; one that fails is tried again and stops no other. */
export const firing =
  (react: (timer: Timer) => Promise<TimerAnswer>) =>
  (timers: readonly LeasedTimer[]): Promise<readonly TimerAnswer[]> =>
    Promise.all(
      timers.map((timer) =>
        react(timer).catch((fault: unknown): TimerAnswer => ({
          kind: 'failed',
          error: fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault),
        })),
      ),
    );
