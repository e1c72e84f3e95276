import { delay } from '../../postgres/backoff.js';
import type { Listener } from '../../postgres/listener.js';

export const LOG_CHANNEL = 'forewarn_log';
const NOTIFY_EVERY_MS = 10;

/** Tells other processes that the log has grown: after the commit, and never more often than they can use. */
export class CommitNotifier {
  private isPaused = false;
  private again = false;
  private readonly stopping = new AbortController();

  constructor(private readonly listener: Listener) {}

  committed(): void {
    if (this.isPaused) {
      this.again = true;
      return;
    }
    this.isPaused = true;
    this.again = false;
    void this.notify();
  }

  stop(): void {
    this.stopping.abort();
  }

  private async notify(): Promise<void> {
    await this.listener.notify(LOG_CHANNEL, '');
    await delay(NOTIFY_EVERY_MS, this.stopping.signal);
    this.isPaused = false;
    if (this.again && !this.stopping.signal.aborted) {
      this.committed();
    }
  }
}
