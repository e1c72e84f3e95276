import type { TimerQueue } from '../ports/timer-queue.port.js';
import type { SettledTimer } from './timer-firing.js';

/** Answers that come within this time are settled together. */
const LINGER_MS = 10;
const BATCH_MAX = 1_000;
const RETRY_MS = 250;
/** Answers that wait for a database that is away; older ones are forgotten, and their timers fire again. */
const WAITING_MAX = 20_000;

/** Brings answers to the queue in batches, one batch at a time. */
export class TimerSettling {
  private waiting: SettledTimer[] = [];
  private running: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly queue: TimerQueue,
    private readonly failed: (error: unknown) => void,
  ) {}

  add(results: readonly SettledTimer[]): void {
    this.waiting.push(...results);
    if (this.waiting.length > WAITING_MAX) this.waiting = this.waiting.slice(-WAITING_MAX);
    this.schedule(LINGER_MS);
  }

  /** Tries to settle everything once; what fails is left to the end of its lease. */
  async flushed(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    await this.running;
    while (this.waiting.length > 0) {
      if (!(await this.settleBatch())) this.waiting = [];
    }
  }

  private schedule(delayMs: number): void {
    if (this.timer !== null || this.running !== null || this.waiting.length === 0) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.running = this.settleBatch().then((isSettled) => {
        this.running = null;
        this.schedule(isSettled ? LINGER_MS : RETRY_MS);
      });
    }, delayMs);
  }

  private async settleBatch(): Promise<boolean> {
    const batch = this.waiting.splice(0, BATCH_MAX);
    try {
      await this.queue.settle(batch);
      return true;
    } catch (error) {
      this.failed(error);
      this.waiting.unshift(...batch);
      return false;
    }
  }
}
