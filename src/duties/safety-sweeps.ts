import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';

import { IdempotencyStore } from '../application/ports/idempotency-store.port.js';
import { Journal } from '../application/ports/journal.port.js';
import { ExpireClaims } from '../application/reactions/expire-claims.js';
import { Config } from '../infrastructure/config/config.js';

/** A dead holder's claims are taken back within this time behind their lease. */
const LEASES_EVERY_MS = 1_000;
const PURGE_EVERY_MS = 10 * 60_000;
const PURGE_ROWS_MAX = 10_000;

/** What no signal announces is looked for now and then. A sweep never overlaps itself. */
@Injectable()
export class SafetySweeps {
  private readonly running = new Set<string>();
  private isStopped = false;

  constructor(
    private readonly config: Config,
    private readonly claims: ExpireClaims,
    private readonly idempotency: IdempotencyStore,
    private readonly journal: Journal,
  ) {}

  @Interval(LEASES_EVERY_MS)
  async expireClaims(): Promise<void> {
    if (!this.config.duties.includes('timers')) return;
    await this.sweep('leases', () => this.claims.runOnce());
  }

  @Interval(PURGE_EVERY_MS)
  async purgeIdempotencyKeys(): Promise<void> {
    if (!this.config.duties.includes('api')) return;
    await this.sweep('idempotency', () => this.idempotency.purge(PURGE_ROWS_MAX));
  }

  stop(): void {
    this.isStopped = true;
  }

  private async sweep(name: string, work: () => Promise<number>): Promise<void> {
    if (this.isStopped || this.running.has(name)) return;
    this.running.add(name);
    try {
      await work();
    } catch (fault) {
      this.journal.fault(name, fault);
    } finally {
      this.running.delete(name);
    }
  }
}
