/** How long a timer waits after its command failed: doubles from the first delay to the longest. */
export const TIMER_BACKOFF = { firstMs: 500, maxMs: 60_000 } as const;

export const TIMER_ERROR_LENGTH_MAX = 500;
