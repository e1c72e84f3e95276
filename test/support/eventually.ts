import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 20_000;
const POLL_MS = 15;

/** Repeats the check until it passes and answers what it answers; after too long, its last failure counts. */
export async function eventually<Result>(
  check: () => Result | Promise<Result>,
  { withinMs = PATIENCE_MS }: { readonly withinMs?: number } = {},
): Promise<Result> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (failure) {
      if (performance.now() > deadline) throw failure;
    }
    await pause(POLL_MS);
  }
}
