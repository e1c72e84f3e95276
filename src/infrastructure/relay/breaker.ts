/** So many failures in a row, over so many different recipients, and a channel counts as down. */
const FAILURES_TO_OPEN = 8;
const RECIPIENTS_TO_OPEN = 3;
const OPEN_MS = 15_000;

/** Stops trying a channel that is down for everybody; one recipient's broken endpoint never opens it. */
export class Breaker {
  private failures = 0;
  private readonly recipients = new Set<string>();
  private openUntilMs = -Infinity;

  constructor(private readonly monotonicMs: () => number) {}

  /** How long to wait before the next try; 0 when the channel may be used. */
  waitMs(): number {
    return Math.max(0, this.openUntilMs - this.monotonicMs());
  }

  worked(): void {
    this.failures = 0;
    this.recipients.clear();
  }

  failed(recipientId: string): void {
    this.failures += 1;
    this.recipients.add(recipientId);
    if (this.failures < FAILURES_TO_OPEN || this.recipients.size < RECIPIENTS_TO_OPEN) return;
    this.openUntilMs = this.monotonicMs() + OPEN_MS;
    this.worked();
  }
}
