import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';

import { Config } from '../infrastructure/config/config.js';
import { ConsumersDuty } from './consumers.duty.js';
import type { Duty } from './duty.js';
import { ExecutorDuty } from './executor.duty.js';
import { RelayDuty } from './relay.duty.js';
import { SafetySweeps } from './safety-sweeps.js';
import { TimersDuty } from './timers.duty.js';

/** Of the time that a stop may take, the share that duties may use up. */
const GRACE_SHARE = 0.5;

/** Starts the duties of this process, and ends them in an order that loses nothing (O8). */
@Injectable()
export class Duties implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly config: Config,
    private readonly consumers: ConsumersDuty,
    private readonly timers: TimersDuty,
    private readonly executor: ExecutorDuty,
    private readonly relay: RelayDuty,
    private readonly sweeps: SafetySweeps,
  ) {}

  onApplicationBootstrap(): void {
    for (const duty of this.active()) duty.start();
  }

  /** What starts new work ends first, what follows the log last. */
  async onModuleDestroy(): Promise<void> {
    const graceMs = this.config.shutdownTimeoutSeconds * 1_000 * GRACE_SHARE;
    this.sweeps.stop();
    const active = this.active();
    const working = active.filter((duty) => duty !== this.consumers);
    await Promise.all(working.map((duty) => duty.stop(graceMs)));
    if (active.includes(this.consumers)) await this.consumers.stop();
  }

  private active(): readonly Duty[] {
    const byName: readonly (readonly [Config['duties'][number], Duty])[] = [
      ['projections', this.consumers],
      ['timers', this.timers],
      ['executor', this.executor],
      ['relay', this.relay],
    ];
    return byName.filter(([name]) => this.config.duties.includes(name)).map(([, duty]) => duty);
  }
}
