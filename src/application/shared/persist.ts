import type { Journal } from '../ports/journal.port.js';
import { pause } from './pause.js';

const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 1_000;

/**
 * Does what must not be given up because the database is away for a while. Gives up after `patienceMs`, or when the
 * signal is aborted, with the last fault.
 */
export async function persist<Result>(
  duty: string,
  journal: Journal,
  patience: { readonly patienceMs: number; readonly signal?: AbortSignal },
  attempt: () => Promise<Result>,
): Promise<Result> {
  const giveUpAt = performance.now() + patience.patienceMs;
  for (let delayMs = RETRY_FIRST_MS; ; delayMs = Math.min(RETRY_MAX_MS, delayMs * 2)) {
    try {
      return await attempt();
    } catch (fault) {
      const isOver = patience.signal?.aborted === true || performance.now() > giveUpAt;
      if (isOver) throw fault;
      journal.fault(duty, fault, { retryInMs: delayMs });
      await pause(delayMs, patience.signal);
    }
  }
}
