/** Waits that can be cut short for good, when their owner stops. */
export class Pause {
  private current: AbortController | null = null;
  private isClosed = false;

  open(): void {
    this.isClosed = false;
  }

  /** Ends the wait under way and all that follow. */
  close(): void {
    this.isClosed = true;
    this.current?.abort();
  }

  async for(ms: number): Promise<void> {
    await this.until(ms, (signal) => aborted(signal));
  }

  /** Waits for the work, at most this long. True when the time was over first. */
  async until(ms: number, work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    if (this.isClosed) return true;
    const current = new AbortController();
    this.current = current;
    const timer = setTimeout(() => {
      current.abort();
    }, ms);
    try {
      await work(current.signal);
      return current.signal.aborted;
    } finally {
      clearTimeout(timer);
      this.current = null;
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}
