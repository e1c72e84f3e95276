import type { LeasedTimer, TimerAnswer } from '../ports/timer-queue.port.js';

/** Runs the commands of due timers of one stream, and answers for each of them in the same order. */
export type FireTimers = (timers: readonly LeasedTimer[]) => Promise<readonly TimerAnswer[]>;

export interface SettledTimer {
  readonly timer: LeasedTimer;
  readonly answer: TimerAnswer;
}

/** Fires timers: all that wait for one stream together, one call a stream at a time, a bounded number of calls. */
export class TimerFiring {
  private readonly waiting = new Map<string, LeasedTimer[]>();
  private readonly busy = new Set<string>();
  private readonly idleListeners: (() => void)[] = [];
  private count = 0;

  constructor(
    private readonly fire: FireTimers,
    private readonly concurrency: number,
    private readonly settled: (results: readonly SettledTimer[]) => void,
  ) {}

  /** Timers that wait or run. */
  get size(): number {
    return this.count;
  }

  add(timer: LeasedTimer): void {
    this.count += 1;
    const queued = this.waiting.get(timer.streamId);
    if (queued === undefined) {
      this.waiting.set(timer.streamId, [timer]);
    } else {
      queued.push(timer);
    }
  }

  /** Starts what may start. Streams take turns in the order in which they came. */
  start(): void {
    for (const [streamId, timers] of this.waiting) {
      if (this.busy.size >= this.concurrency) return;
      if (this.busy.has(streamId)) continue;
      this.waiting.delete(streamId);
      void this.run(streamId, timers);
    }
  }

  /** Timers that have not been started, which then never are. */
  withdraw(): readonly LeasedTimer[] {
    const timers = [...this.waiting.values()].flat();
    this.waiting.clear();
    this.count -= timers.length;
    return timers;
  }

  idle(): Promise<void> {
    if (this.count === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleListeners.push(resolve));
  }

  private async run(streamId: string, timers: readonly LeasedTimer[]): Promise<void> {
    this.busy.add(streamId);
    const answers = await this.answersOf(timers);
    this.busy.delete(streamId);
    this.count -= timers.length;
    this.settled(timers.map((timer, index) => ({ timer, answer: answers[index] ?? UNANSWERED })));
    this.start();
    if (this.count === 0) {
      for (const resolve of this.idleListeners.splice(0)) resolve();
    }
  }

  private async answersOf(timers: readonly LeasedTimer[]): Promise<readonly TimerAnswer[]> {
    try {
      return await this.fire(timers);
    } catch (error) {
      const failed = { kind: 'failed', error: messageOf(error) } as const;
      return timers.map(() => failed);
    }
  }
}

const UNANSWERED: TimerAnswer = { kind: 'failed', error: 'the timer was not answered' };

const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
