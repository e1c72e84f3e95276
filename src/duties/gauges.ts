import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';

import { Clock } from '../application/ports/clock.port.js';
import { EventStore } from '../application/ports/event-store.port.js';
import { Journal } from '../application/ports/journal.port.js';
import { Meters } from '../application/ports/meters.port.js';
import { Outbox } from '../application/ports/outbox.port.js';
import { TimerQueue } from '../application/ports/timer-queue.port.js';
import { CAPABILITY, CHANNELS } from '../domain/notice/dispatch.js';
import { ConsumersDuty } from './consumers.duty.js';

/** Where the gauges look beside the ports. */
@Injectable()
export class GaugeSources {
  constructor(
    readonly consumers: ConsumersDuty,
    readonly journal: Journal,
  ) {}
}

const EVERY_MS = 5_000;

/** Takes the measurements that are levels, not happenings. */
@Injectable()
export class Gauges {
  private isSampling = false;

  constructor(
    private readonly meters: Meters,
    private readonly store: EventStore,
    private readonly outbox: Outbox,
    private readonly timers: TimerQueue,
    private readonly clock: Clock,
    private readonly levels: GaugeSources,
  ) {}

  @Interval(EVERY_MS)
  async sample(): Promise<void> {
    if (this.isSampling) return;
    this.isSampling = true;
    try {
      await this.sampleLog();
      await this.sampleQueues();
      this.meters.set('forewarn_clock_error_bound_seconds', this.clock.errorBoundMs() / 1_000);
    } catch (fault) {
      this.levels.journal.fault('gauges', fault);
    } finally {
      this.isSampling = false;
    }
  }

  private async sampleLog(): Promise<void> {
    const head = await this.store.head();
    this.meters.set('forewarn_log_position', Number(head));
    for (const { name, position, status } of this.levels.consumers.states) {
      const parked = status === 'parked' ? 1 : 0;
      this.meters.set('forewarn_consumer_parked', parked, { consumer: name });
      if (position === null) continue;
      const lag = Number(head > position ? head - position : 0n);
      this.meters.set('forewarn_consumer_lag_events', lag, { consumer: name });
    }
  }

  private async sampleQueues(): Promise<void> {
    this.meters.set('forewarn_timers_pending', await this.timers.pendingCount());
    const counts = await this.outbox.counts();
    for (const channel of CHANNELS.filter((name) => CAPABILITY[name] !== 'transactional')) {
      for (const status of ['pending', 'sending'] as const) {
        const count = counts.find((one) => one.channel === channel && one.status === status)?.count;
        this.meters.set('forewarn_outbox_rows', count ?? 0, { channel, status });
      }
    }
  }
}
