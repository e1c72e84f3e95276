import type { Journal } from '../ports/journal.port.js';
import { pause } from './pause.js';

const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 1_000;

export interface Patience {
  readonly patienceMs: number;
  readonly signal?: AbortSignal;
  /** Whether trying again can help; by default after every fault. */
  readonly mayPass?: (fault: unknown) => boolean;
}

/**
 * Does what must not be given up because the database is away for a while. Gives up after `patienceMs`, or when the
 * signal is aborted, with the last fault. The attempt learns its number, from 1.
 */
export async function persist<Result>(
  duty: string,
  journal: Journal,
  { patienceMs, signal, mayPass = () => true }: Patience,
  attempt: (number: number) => Promise<Result>,
): Promise<Result> {
  const giveUpAt = performance.now() + patienceMs;
  let delayMs = RETRY_FIRST_MS;
  for (let number = 1; ; number += 1) {
    try {
      return await attempt(number);
    } catch (fault) {
      const isOver = signal?.aborted === true || performance.now() > giveUpAt;
      if (isOver || !mayPass(fault)) throw fault;
      journal.fault(duty, fault, { retryInMs: delayMs });
      await pause(delayMs, signal);
      delayMs = Math.min(RETRY_MAX_MS, delayMs * 2);
    }
  }
}
