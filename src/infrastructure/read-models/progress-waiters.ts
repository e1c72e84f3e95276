import { ReadModelsProgress } from '../../application/ports/read-progress.port.js';
import type { ProgressSignal } from '../../projections/projector/progress-signal.js';

/** How often the position is asked for while another process may be moving it. */
const POLL_MS = 25;

interface Waiter {
  readonly position: bigint;
  readonly answer: (isThere: boolean) => void;
}

/**
 * Lets readers wait for a position. The truth is always what `readPosition` says now; moves inside this process are
 * only a hint to ask again. However many wait, one question is under way at a time.
 */
export class ProgressWaiters extends ReadModelsProgress {
  private readonly waiters = new Set<Waiter>();
  private timer: NodeJS.Timeout | null = null;
  private isAsking = false;
  private isAskingAgain = false;

  /** @param readPosition Position that every serving read model has passed. */
  constructor(
    private readonly readPosition: () => Promise<bigint>,
    signal: ProgressSignal,
  ) {
    super();
    signal.onMoved(() => {
      this.ask();
    });
  }

  override waitUntil(position: bigint, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        position,
        answer: (isThere) => {
          clearTimeout(timeout);
          this.waiters.delete(waiter);
          resolve(isThere);
        },
      };
      const timeout = setTimeout(() => {
        waiter.answer(false);
      }, timeoutMs);
      this.waiters.add(waiter);
      this.ask();
    });
  }

  private ask(): void {
    this.isAskingAgain = true;
    if (!this.isAsking && this.waiters.size > 0) void this.askUntilQuiet();
  }

  private async askUntilQuiet(): Promise<void> {
    this.isAsking = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    while (this.isAskingAgain && this.waiters.size > 0) {
      this.isAskingAgain = false;
      // A database that is away answers nobody; the waiters go on until their time is over.
      const position = await this.readPosition().catch(() => null);
      for (const waiter of this.waiters) {
        if (position !== null && position >= waiter.position) waiter.answer(true);
      }
    }
    this.isAsking = false;
    if (this.waiters.size > 0) this.askSoon();
  }

  private askSoon(): void {
    this.timer = setTimeout(() => {
      this.ask();
    }, POLL_MS);
  }
}
