/** Tells waiting readers that there may be something new. Counting makes a ring between a read and its wait count. */
export class Wake {
  private count = 0;
  private readonly waiting = new Set<() => void>();

  get rings(): number {
    return this.count;
  }

  ring(): void {
    this.count += 1;
    for (const resolve of this.waiting) {
      resolve();
    }
    this.waiting.clear();
  }

  /** Resolves once there was a ring after the given count, or when the signal is aborted. */
  after(rings: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (this.count > rings || signal.aborted) {
        resolve();
        return;
      }
      const done = (): void => {
        this.waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
