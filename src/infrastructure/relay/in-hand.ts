import type { ClaimedDispatch } from '../../application/ports/outbox.port.js';

/** The rows that this process has claimed and not settled, counted in envelopes. */
export class InHand {
  private readonly rows = new Set<string>();
  private readonly envelopes = new Map<string, number>();
  private reserved = 0;
  private freed: () => void = () => undefined;

  constructor(private readonly envelopesMax: number) {}

  /** None until half of the room is free, so that rows are claimed many at a time. */
  get free(): number {
    const left = this.envelopesMax - this.envelopes.size - this.reserved;
    return left * 2 < this.envelopesMax ? 0 : left;
  }

  has(dispatchId: string): boolean {
    return this.rows.has(dispatchId);
  }

  onFree(listener: () => void): void {
    this.freed = listener;
  }

  /** Keeps room while the rows are being claimed. */
  async reserve(
    count: number,
    claim: () => Promise<readonly ClaimedDispatch[]>,
  ): Promise<readonly ClaimedDispatch[]> {
    this.reserved += count;
    let isMore = false;
    try {
      const rows = await claim();
      isMore = rows.length > 0;
      for (const { dispatchId, envelopeId } of rows) {
        this.rows.add(dispatchId);
        this.envelopes.set(envelopeId, (this.envelopes.get(envelopeId) ?? 0) + 1);
      }
      return rows;
    } finally {
      this.reserved -= count;
      // Who looked during the claim found no room, and a claim that came back empty says that there is nothing to do.
      if (isMore && this.free > 0) this.freed();
    }
  }

  remove(rows: readonly ClaimedDispatch[]): void {
    const hadRoom = this.free > 0;
    for (const { dispatchId, envelopeId } of rows) {
      this.rows.delete(dispatchId);
      const left = (this.envelopes.get(envelopeId) ?? 1) - 1;
      if (left > 0) this.envelopes.set(envelopeId, left);
      else this.envelopes.delete(envelopeId);
    }
    if (!hadRoom && this.free > 0) this.freed();
  }
}
