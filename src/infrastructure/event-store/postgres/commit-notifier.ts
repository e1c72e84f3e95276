import type { Listener } from '../../postgres/listener.js';

export const LOG_CHANNEL = 'forewarn_log';
const NOTIFY_EVERY_MS = 10;

/** Tells other processes that the log has grown: after the commit, and never more often than they can use. */
export class CommitNotifier {
  private timer: NodeJS.Timeout | null = null;
  private again = false;

  constructor(private readonly listener: Listener) {}

  committed(): void {
    if (this.timer !== null) {
      this.again = true;
      return;
    }
    void this.listener.notify(LOG_CHANNEL, '');
    this.timer = setTimeout(() => {
      this.timer = null;
      if (this.again) {
        this.again = false;
        this.committed();
      }
    }, NOTIFY_EVERY_MS);
  }

  stop(): void {
    if (this.timer !== null) {
      clearTimeout(this.timer);
    }
    this.again = false;
  }
}
