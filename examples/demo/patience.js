import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 250;

export class TooLong extends Error {
  constructor(what, cause) {
    super(`waited too long: ${what}`, { cause });
    this.name = 'TooLong';
  }
}

/** Asks again until the answer is something, and gives it back. `what` is said when it takes too long. */
export async function until(what, check, { withinMs = 60_000, everyMs = POLL_MS } = {}) {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await check();
    if (answer) return answer;
    if (Date.now() > deadline) throw new TooLong(what);
    await pause(everyMs);
  }
}
