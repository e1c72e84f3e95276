export interface BackoffBounds {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Doubles from the first delay to the longest, with half of it random so that processes do not knock in step. */
export function backoffMs(attempt: number, { firstMs, maxMs }: BackoffBounds): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 20));
  return full / 2 + (Math.random() * full) / 2;
}

/** Resolves after the delay, or at once when the signal is aborted. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
